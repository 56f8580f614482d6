/* Signing in inside a frame: a window does the sign-in with Procore and hands a one-time code to the frame that opened
   it; the frame redeems it together with the nonce it drew here. Messages go to and come from our own origin only. */
(() => {
  "use strict";

  const HAND_OVER = "timesite:hand-over";
  const RECEIVED = "timesite:received";
  const FAILED = "timesite:failed";
  const said = document.querySelector("[data-said]");
  const say = (text) => {
    if (said) said.textContent = text;
  };
  const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

  /* ---- in the frame ---- */
  const button = document.querySelector("[data-sign-in]");
  if (button && window.top !== window.self) inFrame(button);

  function inFrame(link) {
    let nonce = null;
    let popup = null;
    let isDone = false;
    link.removeAttribute("target");

    const ownTab = document.querySelector("[data-own-tab]");
    function offerOwnTab(why) {
      ownTab.querySelector("[data-own-tab-why]").textContent = why;
      ownTab.hidden = false;
    }

    const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const address = new URL(link.href);
    /* drawn before the click, so that the window opens within it and is not taken for an advertisement */
    const ready = (async () => {
      nonce = hex(crypto.getRandomValues(new Uint8Array(32)));
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(nonce));
      address.searchParams.set("nonce", hex(digest));
    })();

    async function checkCookies() {
      const answer = await fetch("/auth/cookies", { cache: "no-store" });
      if (answer.ok && !(await answer.json()).kept) {
        link.setAttribute("aria-disabled", "true");
        offerOwnTab("Your browser keeps no cookies for Timesite inside Procore's page, so you cannot sign in here.");
      }
    }
    checkCookies().catch(() => say("Timesite cannot be reached just now. Reload the page in a minute."));

    link.addEventListener("click", (event) => {
      event.preventDefault();
      if (link.getAttribute("aria-disabled") === "true") return;
      popup = window.open("about:blank", "_blank", "popup=yes,width=540,height=720");
      if (!popup) {
        offerOwnTab("Your browser blocked the sign-in window. Allow windows for this page, or go on in a tab.");
        return;
      }
      say("Sign in in the window that opened.");
      ready.then(() => popup.location.replace(address.href));
      watch();
    });

    function watch() {
      const timer = setInterval(() => {
        if (isDone || !popup.closed) return;
        clearInterval(timer);
        say("The sign-in window was closed. Press the button to try again.");
      }, 700);
    }

    window.addEventListener("message", async (event) => {
      if (event.origin !== location.origin || event.source !== popup || !event.data) return;
      if (event.data.type === FAILED) say(String(event.data.detail));
      if (event.data.type !== HAND_OVER || isDone) return;
      isDone = true;
      popup.postMessage({ type: RECEIVED }, location.origin);
      await redeem(String(event.data.code));
    });

    async function redeem(code) {
      say("Signing you in…");
      const answer = await fetch("/auth/redeem", {
        method: "POST",
        headers: { "X-CSRFToken": csrf() },
        body: new URLSearchParams({ code, nonce }),
      });
      const told = await answer.json().catch(() => ({}));
      if (answer.ok) {
        location.replace(told.location);
        return;
      }
      isDone = false;
      say(told.error ?? "");
      if (!told.error) offerOwnTab("Your browser did not keep the sign-in inside Procore's page.");
    }
  }

  /* ---- in the window, after Procore ---- */
  const handOver = document.querySelector("[data-hand-over]");
  if (handOver) {
    const orphan = document.querySelector("[data-orphan]");
    const waiting = setTimeout(() => {
      say("");
      orphan.hidden = false;
    }, window.opener ? 3000 : 0);
    window.addEventListener("message", (event) => {
      if (event.origin !== location.origin || event.data?.type !== RECEIVED) return;
      clearTimeout(waiting);
      window.close();
      say("You can close this window.");
    });
    window.opener?.postMessage({ type: HAND_OVER, code: handOver.dataset.handOver }, location.origin);
  }

  const failed = document.querySelector("[data-sign-in-failed]");
  if (failed) {
    window.opener?.postMessage({ type: FAILED, detail: failed.dataset.signInFailed }, location.origin);
  }

  /* ---- in the window, when Procore answered in the fragment ---- */
  const form = document.querySelector("[data-fragment]");
  if (form) {
    const told = new URLSearchParams(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
    if (told.has("code") || told.has("error")) {
      for (const name of ["state", "code", "error"]) form.elements[name].value = told.get(name) ?? "";
      form.submit();
    } else {
      say("Procore sent no answer. Close this window and press Sign in with Procore again.");
    }
  }
})();
