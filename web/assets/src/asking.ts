// <div data-asks="/address" data-asks-form="call" data-asks-of="text place">: a quarter of a second after somebody stopped typing in one of these
// fields, the form is sent there and each [data-part] of the answer takes the place of its own, where it differs. Never while an input method
// composes. The cursor stays where it is: a part that holds it waits until it has gone. While a hand is on Alt, to choose by number,
// nothing moves for two seconds. data-asks-on="change" asks once, when the field is left.
const PAUSE = 250;
const FREEZE = 2000;

export function asking(): void {
  let alt = -FREEZE;
  let composing = false;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Alt" || event.altKey) alt = performance.now();
  });
  document.addEventListener("compositionstart", () => (composing = true));
  document.addEventListener("compositionend", () => (composing = false));
  document.querySelectorAll<HTMLElement>("[data-asks]").forEach((region) => {
    const form = document.getElementById(region.dataset.asksForm || "") as HTMLFormElement | null;
    if (!form) return;
    const of = (region.dataset.asksOf || "").split(" ");
    let timer = 0;
    let asked: AbortController | null = null;
    let last = "";
    let chosen = false;
    region.addEventListener("change", () => (chosen = true));

    const show = (html: string) => {
      const wait = alt + FREEZE - performance.now();
      if (wait > 0) {
        timer = window.setTimeout(() => show(html), wait);
        return;
      }
      const answer = document.createElement("template");
      answer.innerHTML = html;
      answer.content.querySelectorAll<HTMLElement>("[data-part]").forEach((part) => {
        const old = region.querySelector<HTMLElement>('[data-part="' + part.dataset.part + '"]');
        if (!old || old.innerHTML === part.innerHTML) return;
        if (!old.contains(document.activeElement)) old.replaceWith(part);
        else old.addEventListener("focusout", () => setTimeout(() => show(html), 0), { once: true });
      });
    };
    const ask = () => {
      if (composing) return;
      const data = new FormData(form);
      if (!chosen) data.delete("unit"); // what merely stands ready is not a choice
      const body = new URLSearchParams();
      data.forEach((value, name) => typeof value === "string" && body.append(name, value));
      const now = of.map((name) => body.get(name) || "").join("\u0000");
      if (now === last) return;
      last = now;
      if (asked) asked.abort();
      const mine = (asked = new AbortController());
      fetch(region.dataset.asks || "", { method: "POST", body, signal: mine.signal, credentials: "same-origin", redirect: "error" })
        .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
        .then((html) => mine === asked && show(html))
        .catch(() => {
          if (mine === asked) last = ""; // the button asks as well, and so does the next key
        });
    };
    const soon = (event: Event) => {
      const field = event.target as HTMLInputElement;
      if (of.indexOf(field.name) < 0 || field.form !== form) return;
      clearTimeout(timer);
      timer = window.setTimeout(ask, region.dataset.asksOn ? 0 : PAUSE);
    };
    document.addEventListener(region.dataset.asksOn || "typed", soon);
    form.addEventListener("compositionstart", () => clearTimeout(timer));
  });
}
