// Without a network: the service worker keeps the form, and the outbox is loaded only where something waits in it or its page is open.
export function withoutNetwork(): void {
  if ("serviceWorker" in navigator && window.isSecureContext) {
    window.addEventListener("load", () => setTimeout(() => navigator.serviceWorker.register("/sw.js").catch(() => undefined), 300));
  }
  const script = document.querySelector<HTMLElement>("script[data-outbox]");
  let waiting = !!document.querySelector("[data-outbox-form]");
  try {
    if (document.querySelector("[data-outbox-clear]")) {
      localStorage.removeItem("outbox");
      indexedDB.deleteDatabase("huiyin");
    } else waiting = waiting || !!localStorage.getItem("outbox");
  } catch {
    // No storage: nothing waits.
  }
  if (waiting && script && "indexedDB" in window) import(script.dataset.outbox || "");
}
