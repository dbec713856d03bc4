// <div data-live="/live"> on a page keeps one stream open (web/live) and says how it is. What happened meanwhile is offered by a link, counted by
// case; rows under the cursor never move by themselves. An element with data-live-part="/address" is read again from there at most every two
// seconds and replaced, unless the cursor is in it. A page that nobody looks at for a minute lets its stream go.
export function liveUpdates(): void {
  const bar = document.querySelector<HTMLElement>("[data-live]");
  if (!bar || !("EventSource" in window)) return;
  const state = bar.querySelector<HTMLElement>("[data-live-state]");
  const offer = bar.querySelector<HTMLAnchorElement>("[data-live-offer]");
  const parts = Array.from(document.querySelectorAll<HTMLElement>("[data-live-part]"));
  const changed = new Set<string>();
  let source: EventSource | null = null;
  let opened = false;
  let due: number | undefined;
  let hiddenSince = 0;

  const say = (on: boolean) => {
    bar.hidden = false;
    bar.dataset.state = on ? "on" : "off";
    if (state) state.textContent = (on ? state.dataset.on : state.dataset.off) || "";
    document.dispatchEvent(new CustomEvent("live", { detail: on }));
  };
  const propose = () => {
    if (!offer || parts.length) return;
    offer.hidden = false;
    offer.textContent = (offer.dataset.words || "").replace("{n}", changed.size ? String(changed.size) : "");
  };
  const refresh = () => {
    due = undefined;
    for (const part of parts) {
      if (part.contains(document.activeElement)) continue;
      fetch(part.dataset.livePart || "", { headers: { Accept: "text/html" }, credentials: "same-origin" })
        .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
        .then((html) => {
          const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(`[data-live-part="${part.dataset.livePart}"]`);
          if (fresh && !part.contains(document.activeElement)) part.replaceChildren(...Array.from(fresh.childNodes));
        })
        .catch(() => undefined); // the next message, or the stream's end, tries again
    }
  };
  const news = (id: string) => {
    if (id) changed.add(id);
    propose();
    document.querySelectorAll<HTMLElement>(`[data-case="${CSS.escape(id)}"]`).forEach((row) => row.setAttribute("data-changed", ""));
    if (parts.length && due === undefined) due = window.setTimeout(refresh, 2000);
  };
  const open = () => {
    source = new EventSource(bar.dataset.live || "");
    source.addEventListener("open", () => {
      say(true);
      if (opened) news(""); // something may have happened while we were away
      opened = true;
    });
    source.addEventListener("error", () => say(false));
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
    if (document.hidden) {
      hiddenSince = Date.now();
      window.setTimeout(() => {
        if (document.hidden && Date.now() - hiddenSince >= 60000) close();
      }, 60100);
    } else if (!source) open();
  });
  window.addEventListener("pagehide", close);
  open();
}
