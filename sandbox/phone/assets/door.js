// Runs in the journey's pages inside the phone: whatever leads out of the journey is told to the phone's system instead of the computer's.
"use strict";
(() => {
  const leadsOut = (url) => {
    try {
      const target = new URL(url, document.baseURI);
      return target.origin !== location.origin && target.protocol !== "about:";
    } catch {
      return false;
    }
  };
  const tell = (uri) => {
    fetch("/.phone/open", { method: "POST", body: uri, keepalive: true });
  };
  addEventListener("click", (event) => {
    const anchor = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    const href = anchor?.getAttribute("href");
    if (href && leadsOut(href)) {
      event.preventDefault();
      tell(href);
    }
  }, true);
  addEventListener("submit", (event) => {
    const action = event.target.getAttribute("action");
    if (action && leadsOut(action)) {
      event.preventDefault();
      tell(action);
    }
  }, true);
  // `location = …` and what a meta element refreshes to.
  globalThis.navigation?.addEventListener("navigate", (event) => {
    if (leadsOut(event.destination.url) && event.cancelable) {
      event.preventDefault();
      tell(event.destination.url);
    }
  });
  const open = globalThis.open;
  globalThis.open = (url, ...rest) => {
    if (url && leadsOut(url)) {
      tell(String(url));
      return null;
    }
    return open.call(globalThis, url, ...rest);
  };
})();
