/* The side panel asks the page that embeds it which project is looked at, and rests while it is hidden. It talks to the
   configured origins of Procore only. */
(() => {
  "use strict";

  const panel = document.querySelector("[data-panel]");
  if (!panel || window.parent === window.self) return;
  const origins = panel.dataset.origins.split(" ").filter(Boolean);

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !origins.includes(event.origin)) return;
    const message = event.data ?? {};
    if (message.type === "setup") show(message.context ?? {});
    if (message.type === "sidepanel:app:hidden" || message.type === "sidepanel:app:destroy") pause();
    if (message.type === "sidepanel:app:visible") resume();
  });

  const parent = window.location.ancestorOrigins?.[0] ?? (document.referrer && new URL(document.referrer).origin);
  if (origins.includes(parent)) window.parent.postMessage({ type: "initialize" }, parent);

  function show(context) {
    const project = String(context.project_id ?? "");
    if (!/^\d{1,18}$/.test(project) || project === panel.dataset.project) return;
    const address = new URL("/panel", location.origin);
    address.searchParams.set("project_id", project);
    if (/^\d{1,18}$/.test(String(context.company_id ?? ""))) {
      address.searchParams.set("company_id", String(context.company_id));
    }
    location.replace(address.href);
  }

  const every = panel.dataset.refresh;
  function pause() {
    delete panel.dataset.refresh;
  }
  function resume() {
    if (every) panel.dataset.refresh = every;
    panel.dispatchEvent(new CustomEvent("refresh"));
  }
})();
