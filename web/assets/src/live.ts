// <div data-live="/live"> on a page keeps one stream open (web/live) and says how it is. What happened meanwhile is offered by a link, counted by
// case; rows under the cursor never move by themselves. Elements with data-live-part="/address" are read again from there at most every two seconds,
// at least every half minute, and replaced, unless the cursor is in them. A page that nobody looks at for data-rest seconds lets its stream go.
export function liveUpdates(): void {
  const bar = document.querySelector<HTMLElement>("[data-live]");
  if (!bar) return;
  const state = bar.querySelector<HTMLElement>("[data-live-state]");
  const offer = bar.querySelector<HTMLAnchorElement>("[data-live-offer]");
  const changed = new Set<string>();
  const parts = () => Array.from(document.querySelectorAll<HTMLElement>("[data-live-part]"));
  let source: EventSource | null = null;
  let opened = false;
  let due: number | undefined;
  let rest: number | undefined;
  let again: number | undefined;
  let wait = 3000;

  const say = () => {
    const how = !navigator.onLine ? "offline" : source && source.readyState === 1 ? "on" : "off";
    bar.dataset.state = how;
    if (state) state.textContent = state.dataset[how] || "";
    document.dispatchEvent(new CustomEvent("live", { detail: how === "on" }));
  };
  const propose = () => {
    if (!offer || parts().length) return;
    offer.hidden = false;
    offer.textContent = changed.size === 0 ? offer.dataset.some || "" : changed.size === 1 ? offer.dataset.one || "" : (offer.dataset.words || "").replace("{n}", String(changed.size));
  };
  const refresh = () => {
    due = undefined;
    if (document.hidden) return;
    const list = parts();
    for (const address of new Set(list.map((part) => part.dataset.livePart || ""))) {
      fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin" })
        .then((answer) => (answer.ok && !answer.redirected ? answer.text() : Promise.reject(answer.status)))
        .then((html) => {
          const fresh = new DOMParser().parseFromString(html, "text/html").querySelectorAll(`[data-live-part="${CSS.escape(address)}"]`);
          list.filter((part) => part.dataset.livePart === address).forEach((part, i) => {
            if (fresh[i] && !part.contains(document.activeElement)) part.replaceChildren(...Array.from(fresh[i].childNodes));
          });
          document.dispatchEvent(new CustomEvent("due"));
        })
        .catch(() => undefined); // the next message, or the next half minute, tries again
    }
  };
  const news = (id: string) => {
    if (id) changed.add(id);
    propose();
    if (id) document.querySelectorAll<HTMLElement>(`[data-case="${CSS.escape(id)}"]`).forEach((row) => row.setAttribute("data-changed", ""));
    if (due === undefined && parts().length) due = window.setTimeout(refresh, 2000);
  };
  const open = () => {
    if (source || document.hidden || !("EventSource" in window)) return;
    source = new EventSource(bar.dataset.live || "");
    source.addEventListener("open", (event) => {
      if ("data" in event) return; // the server's first words, of the same name
      wait = 3000;
      say();
      if (opened) news(""); // something may have happened while we were away
      opened = true;
    });
    source.addEventListener("error", () => {
      const over = source?.readyState === 2; // refused: the browser does not try again by itself
      say();
      if (!over) return;
      close();
      window.clearTimeout(again);
      again = window.setTimeout(open, wait);
      wait = Math.min(wait * 2, 60000);
    });
    source.addEventListener("lost", () => news(""));
    source.addEventListener("case", (event) => {
      const body = JSON.parse((event as MessageEvent).data);
      news(String(body.case));
      document.dispatchEvent(new CustomEvent("live-case", { detail: body }));
    });
    source.addEventListener("call", (event) => document.dispatchEvent(new CustomEvent("live-call", { detail: JSON.parse((event as MessageEvent).data) })));
  };
  const close = () => {
    source?.close();
    source = null;
  };
  document.addEventListener("visibilitychange", () => {
    window.clearTimeout(rest);
    if (document.hidden) rest = window.setTimeout(close, 1000 * Number(bar.dataset.rest || 60));
    else {
      open();
      if (parts().length) refresh();
    }
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => event.persisted && open());
  window.addEventListener("online", say);
  window.addEventListener("offline", say);
  if (parts().length) window.setInterval(refresh, 30000);
  open();
  if (!navigator.onLine) say();
}

// Without a network nothing can be sent: on a page with data-live the buttons of forms wait, each telling why, and what was typed stays. A form that
// keeps what it sends by itself (data-outbox) goes on.
export function holdOffline(): void {
  const bar = document.querySelector<HTMLElement>("[data-live]");
  const why = bar?.querySelector<HTMLElement>("[data-live-state]")?.dataset.offline || "";
  if (!bar || !why) return;
  const told = new Map<HTMLButtonElement, HTMLElement>();
  const look = () => {
    if (navigator.onLine) {
      told.forEach((reason, button) => {
        button.disabled = false;
        reason.remove();
      });
      told.clear();
      return;
    }
    document.querySelectorAll<HTMLButtonElement>('main form[method="post"]:not([data-outbox]) button:not([type="button"])').forEach((button) => {
      if (button.disabled) return;
      const reason = document.createElement("p");
      reason.className = "hy-offline";
      reason.id = "offline-" + told.size;
      reason.textContent = why;
      button.after(reason);
      button.setAttribute("aria-describedby", reason.id);
      button.disabled = true;
      told.set(button, reason);
    });
  };
  window.addEventListener("online", look);
  window.addEventListener("offline", look);
  look();
}
