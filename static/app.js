/* What every page needs: the CSRF header, times in the viewer's zone, menus, dialogs, messages that pop up, and
   refreshing that pauses while nobody looks. No inline scripts and no eval: the Content-Security-Policy forbids both,
   so hx-on and hx-trigger filters in [brackets] do not work here. */
(() => {
  "use strict";

  /* ---- htmx: every request carries the token of the page ---- */
  document.addEventListener("htmx:config:request", (event) => {
    const headers = event.detail.ctx.request.headers;
    const said = (name) => document.querySelector(`meta[name="${name}"]`)?.content;
    headers["X-CSRFToken"] = said("csrf-token") ?? "";
    if (said("company")) headers["X-Timesite-Company"] = said("company");
  });

  /* ---- times: <time datetime data-local>, with the date where it is not today ---- */
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
  const dayOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
  const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

  function localise(element) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) return;
    const now = new Date();
    const date = moment.getFullYear() === now.getFullYear() ? day : dayOfYear;
    const isToday = moment.toDateString() === now.toDateString();
    const text = isToday ? clock.format(moment) : `${date.format(moment)} ${clock.format(moment)}`;
    if (element.textContent !== text) element.textContent = text;
    element.title = full.format(moment);
  }

  function localiseIn(node) {
    if (!(node instanceof Element)) return;
    if (node.matches("time[data-local]")) localise(node);
    node.querySelectorAll("time[data-local]").forEach(localise);
  }

  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") localiseIn(change.target);
      else change.addedNodes.forEach(localiseIn);
    }
  }).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["datetime"] });
  localiseIn(document.documentElement);

  /* ---- data-refresh="2": the element gets a "refresh" event every so many seconds, and at once when the page is
     looked at again; nothing while it is hidden. Use it with hx-trigger="refresh". ---- */
  const due = new WeakMap();
  function refresh(isForced) {
    if (document.hidden) return;
    for (const element of document.querySelectorAll("[data-refresh]")) {
      const every = Number(element.dataset.refresh) * 1000;
      const next = due.get(element) ?? performance.now() + every;
      if (isForced || performance.now() >= next) {
        due.set(element, performance.now() + every);
        element.dispatchEvent(new CustomEvent("refresh"));
      } else {
        due.set(element, next);
      }
    }
  }
  setInterval(() => refresh(false), 250);
  document.addEventListener("visibilitychange", () => refresh(true));

  /* ---- menus, dialogs, messages ---- */
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(target)) menu.open = false;
    }
    target.closest("[data-close]")?.closest(".flash")?.remove();
    const opener = target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
    }
    const closer = target.closest("[data-closes-dialog]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog")?.close();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  /* the same message twice in a row is one message; good news leaves by itself */
  const toasts = document.getElementById("toasts");
  function tidyToasts() {
    const said = new Set();
    for (const toast of [...toasts.children]) {
      const text = toast.textContent.trim();
      if (said.has(text)) {
        toast.remove();
        continue;
      }
      said.add(text);
      if (toast.classList.contains("good") && !toast.dataset.timed) {
        toast.dataset.timed = "yes";
        setTimeout(() => toast.remove(), 8000);
      }
    }
  }
  if (toasts) {
    new MutationObserver(tidyToasts).observe(toasts, { childList: true });
    tidyToasts();
  }

  /* a request that got no answer at all */
  document.addEventListener("htmx:error", () => {
    if (!toasts || document.hidden || toasts.querySelector("[data-offline]")) return;
    const toast = document.createElement("div");
    toast.className = "flash bad";
    toast.dataset.offline = "yes";
    toast.setAttribute("role", "alert");
    toast.textContent = "Timesite cannot be reached just now. What you see may be old; it is tried again by itself.";
    toasts.append(toast);
  });
  document.addEventListener("htmx:after:swap", () => toasts?.querySelector("[data-offline]")?.remove());
})();
