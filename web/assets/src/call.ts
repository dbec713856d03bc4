// <section data-spoken="/address" data-spoken-form="call">: the call that the operator has. Whenever the stream says that a call changed, and every few
// seconds while one is spoken, its parts are read again from there. Lines are added one by one to the log; what was heard is filled into fields that
// nobody typed in. Nothing takes the cursor, and what the operator wrote is never touched.
const TICK = 5000;

export function spokenCall(): void {
  const section = document.querySelector<HTMLElement>("[data-spoken]");
  const form = section && (document.getElementById(section.dataset.spokenForm || "") as HTMLFormElement | null);
  if (!section || !form) return;
  const part = (name: string) => section.querySelector<HTMLElement>('[data-spoken-part="' + name + '"]');
  const log = section.querySelector<HTMLElement>("[data-spoken-log]");
  const list = log?.querySelector("ol");
  const filled = new Map<string, string>(); // what we wrote into a field, by its name
  let busy = false;
  let again = false;
  let live = false;
  let composing = false;

  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement | HTMLTextAreaElement | null;
  const fill = (name: string, value: string, change: boolean) => {
    const to = field(name);
    if (!to) return;
    to.value = value;
    filled.set(name, value);
    to.dispatchEvent(new Event("input", { bubbles: true }));
    if (change) to.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const hear = () => {
    section.querySelectorAll<HTMLElement>("[data-heard]").forEach((row) => {
      const name = row.dataset.heard || "";
      const value = row.dataset.value || "";
      const to = field(name);
      const take = row.querySelector<HTMLElement>("[data-spoken-take]");
      if (!to) return;
      const untouched = to.value === "" || to.value === filled.get(name);
      if (to.value !== value && untouched && to !== document.activeElement && !composing) fill(name, value, name === "phone");
      if (take) take.hidden = to.value === value;
      if (name === "text") row.hidden = to.value === value; // the draft stands below already
    });
  };
  const lines = (fresh: Element) => {
    if (!log || !list) return;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    fresh.querySelectorAll<HTMLElement>("[data-turn]").forEach((line) => {
      const old = list.querySelector('[data-turn="' + line.dataset.turn + '"]');
      if (old) {
        old.replaceWith(line);
        return;
      }
      const after = Array.from(list.children).find((one) => Number((one as HTMLElement).dataset.turn) > Number(line.dataset.turn));
      list.insertBefore(line, after || null);
    });
    if (atEnd) log.scrollTop = log.scrollHeight;
  };
  const show = (html: string) => {
    const answer = document.createElement("template");
    answer.innerHTML = html;
    const state = answer.content.querySelector<HTMLElement>('[data-spoken-part="state"]');
    if (!state || !list) return;
    if (state.dataset.call !== part("state")?.dataset.call) list.replaceChildren(); // another call begins
    const fresh = answer.content.querySelector("[data-spoken-log]");
    if (fresh) lines(fresh);
    ["state", "heard"].forEach((name) => {
      const old = part(name);
      const next = answer.content.querySelector<HTMLElement>('[data-spoken-part="' + name + '"]');
      if (old && next && (name === "state" || old.innerHTML !== next.innerHTML) && !old.contains(document.activeElement)) old.replaceWith(next);
    });
    hear();
  };
  const ask = () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const state = part("state");
    fetch(section.dataset.spoken + "?call=" + (state?.dataset.call || "") + "&after=" + (state?.dataset.touched || "0"), { credentials: "same-origin", redirect: "error" })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
      .then(show)
      .catch(() => undefined) // the next word of the stream, or the next tick, asks again
      .finally(() => {
        busy = false;
        if (again) {
          again = false;
          ask();
        }
      });
  };

  section.addEventListener("click", (event) => {
    const row = (event.target as HTMLElement).closest("[data-spoken-take]")?.closest<HTMLElement>("[data-heard]");
    if (!row) return;
    fill(row.dataset.heard || "", row.dataset.value || "", true);
    hear();
  });
  form.addEventListener("compositionstart", () => (composing = true));
  form.addEventListener("compositionend", () => (composing = false));
  document.addEventListener("live-call", ask);
  document.addEventListener("live", (event) => {
    if ((event as CustomEvent).detail && !live) ask(); // something may have been said while we were away
    live = (event as CustomEvent).detail;
  });
  window.setInterval(() => {
    if (!document.hidden && (!live || part("state")?.dataset.state === "talking")) ask();
  }, TICK);
  section.querySelectorAll<HTMLElement>("[data-heard]").forEach((row) => {
    const to = field(row.dataset.heard || "");
    if (to && to.value === row.dataset.value) fill(to.name, to.value, to.name === "phone"); // the server filled it in: the help reads it
  });
  hear();
  if (log) log.scrollTop = log.scrollHeight;
}

// On the other pages of the console a call that rings or begins is offered by a link, said once.
export function offerCall(): void {
  const box = document.querySelector<HTMLElement>("[data-call-offer]");
  if (!box || document.querySelector("[data-spoken]")) return;
  document.addEventListener("live-call", (event) => {
    const { call, state } = (event as CustomEvent).detail as { call: string; state: string };
    const on = state === "ringing" || state === "talking";
    if (!on && box.dataset.call === call) box.replaceChildren();
    if (!on || (box.dataset.call === call && box.firstChild)) return;
    const link = document.createElement("a");
    link.className = "govuk-link";
    link.href = "/console/call?call=" + encodeURIComponent(call);
    link.textContent = box.dataset.callOffer || "";
    box.dataset.call = call;
    box.replaceChildren(link);
  });
}

// Adding what the call has and the order lacks leaves the receipt, with the code that is read aloud, where it is.
export function addHeard(): void {
  document.querySelectorAll<HTMLFormElement>("form.hy-gaps__add").forEach((form) =>
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = form.querySelector<HTMLButtonElement>("button");
      if (!button || button.disabled) return;
      button.disabled = true;
      const body = new URLSearchParams();
      new FormData(form).forEach((value, name) => typeof value === "string" && body.append(name, value));
      fetch(form.action, { method: "POST", body, credentials: "same-origin" })
        .then((answer) => {
          if (!answer.ok) return Promise.reject(answer.status);
          const done = document.createElement("p");
          done.className = "govuk-body";
          done.setAttribute("role", "status");
          done.textContent = button.dataset.added || "";
          form.replaceWith(done);
        })
        .catch(() => form.submit());
    }),
  );
}
