/* Keeps lists fresh and the person menu tidy. Every page works without it. */
"use strict";

const EVERY_MS = 1500;

/** Lines that were not there, or were another version, are shown as fresh for a moment. */
function markFresh(area, before) {
  for (const row of area.querySelectorAll("[data-key]")) {
    if (before.get(row.dataset.key) !== row.dataset.version) row.classList.add("fresh");
  }
}

function versions(area) {
  return new Map([...area.querySelectorAll("[data-key]")].map((row) => [row.dataset.key, row.dataset.version]));
}

/** Fetches the area's own address and swaps its content when it differs; focus stays on the same control. */
function keepFresh(area) {
  let last = null;
  async function look() {
    if (document.hidden) return;
    const response = await fetch(area.dataset.refresh, { headers: { "X-Fragment": "1" }, cache: "no-cache" });
    delete area.dataset.stale;
    const text = response.ok ? await response.text() : last;
    if (text === last || area.querySelector("details[open], :active")) return;
    const isFirst = last === null;
    last = text;
    if (isFirst && area.innerHTML.trim() === text.trim()) return;
    const focused = area.contains(document.activeElement) ? document.activeElement.id : "";
    const before = versions(area);
    area.innerHTML = text;
    markFresh(area, before);
    if (focused) document.getElementById(focused)?.focus();
  }
  const again = () => look().catch(() => { area.dataset.stale = "true"; }).finally(() => setTimeout(again, EVERY_MS));
  setTimeout(again, EVERY_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look().catch(() => {}); });
}

document.querySelectorAll("[data-refresh]").forEach(keepFresh);

const who = document.querySelector("details.who");
if (who) {
  document.addEventListener("click", (event) => { if (!who.contains(event.target)) who.open = false; });
  who.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    who.open = false;
    who.querySelector("summary").focus();
  });
}
