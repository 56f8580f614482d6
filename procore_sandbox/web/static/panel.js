/* The host's half of the side panel: answers "initialize" with the context, tells the app when it is shown or hidden. */
"use strict";

const panel = document.querySelector("[data-side-panel]");
const frame = panel.querySelector("iframe");
const origin = panel.dataset.appOrigin;
const lines = document.querySelector("[data-panel-log]");

function tell(text) {
  const line = document.createElement("li");
  line.textContent = `${new Date().toISOString().slice(11, 19)} ${text}`;
  lines.append(line);
}

function post(message) {
  tell(`to the app: ${JSON.stringify(message)}`);
  frame.contentWindow.postMessage(message, origin);
}

window.addEventListener("message", (event) => {
  if (event.source !== frame.contentWindow || event.origin !== origin) return;
  tell(`from the app: ${JSON.stringify(event.data)}`);
  if (event.data && event.data.type === "initialize") post({ type: "setup", context: JSON.parse(panel.dataset.context) });
});

let isOpen = false;

/** Shown again after it was closed, the app starts anew and says "initialize" once more. */
function show() {
  panel.hidden = false;
  if (isOpen) post({ type: "sidepanel:app:visible" });
  else frame.src = frame.dataset.src;
  isOpen = true;
}

function hide() {
  post({ type: "sidepanel:app:hidden" });
  panel.hidden = true;
}

/** The app gets a moment to hear of it before its page goes. */
function destroy() {
  post({ type: "sidepanel:app:destroy" });
  isOpen = false;
  setTimeout(() => {
    frame.src = "about:blank";
    panel.hidden = true;
  }, 100);
}

const acts = { visible: show, hidden: hide, destroy };
for (const button of document.querySelectorAll("[data-panel-act]")) {
  button.disabled = false;
  button.addEventListener("click", () => acts[button.dataset.panelAct]());
}
show();
