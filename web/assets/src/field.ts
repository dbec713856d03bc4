// Work done in the field goes through a box on this device: what is sent from a form inside [data-field] is kept first and delivered then, at once or
// when the network is back, each exactly once by its key. What the service refuses stays with its words until somebody removes it.
type Sent = {
  key: string;
  who: string; // the account that wrote it; another person on the same telephone neither sees nor sends it
  action: string;
  about: string; // the case's number, for the reader
  fields: [string, string][];
  photos: File[];
  at: number;
  said?: string; // why the service refused it; it is not tried again
};

const week = 7 * 24 * 60 * 60 * 1000;

function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("huiyin-field", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("sent", { keyPath: "key" });
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const db = opening.result;
      const change = db.transaction("sent", mode);
      const request = work(change.objectStore("sent"));
      change.oncomplete = () => {
        db.close();
        resolve(request.result);
      };
      change.onerror = change.onabort = () => {
        db.close();
        reject(change.error);
      };
    };
  });
}

export function fieldOutbox(): void {
  const root = document.querySelector<HTMLElement>("[data-field]");
  if (!root || !("indexedDB" in window)) return;
  const box = root.querySelector<HTMLElement>("[data-field-box]");
  const list = box?.querySelector<HTMLElement>("ul");
  const status = box?.querySelector<HTMLElement>("[role=status]");
  const line = box?.querySelector<HTMLTemplateElement>("template");
  if (!box || !list || !status || !line) return;
  const who = root.dataset.field || "";
  const words = (name: string, n = 0) => (box.dataset[name] || "").replace("{n}", String(n));
  let timer = 0;

  const mine = async () => (await within<Sent[]>("readonly", (store) => store.getAll())).filter((one) => one.who === who).sort((a, b) => a.at - b.at);

  const draw = async (last = "") => {
    const all = await mine();
    const waiting = all.filter((one) => !one.said).length;
    box.hidden = all.length === 0 && last === "";
    status.textContent = waiting ? words("waiting", waiting) : last;
    list.replaceChildren(
      ...all.map((one) => {
        const row = line.content.cloneNode(true) as DocumentFragment;
        const put = (name: string, text: string) => (row.querySelector<HTMLElement>("[data-" + name + "]")!.textContent = text);
        put("about", one.about);
        put("text", (one.fields.find(([name]) => name === "done_text") || ["", ""])[1]);
        put("photos", one.photos.length ? words("photos", one.photos.length) : "");
        put("said", one.said || "");
        const drop = row.querySelector<HTMLButtonElement>("button")!;
        drop.hidden = !one.said; // what waits may be on its way
        drop.addEventListener("click", async () => {
          await within("readwrite", (store) => store.delete(one.key));
          await draw();
        });
        return row;
      }),
    );
  };

  // send gives where to go on, or nothing where it stays in the box.
  const send = async (one: Sent): Promise<string | undefined> => {
    const body = new FormData();
    one.fields.forEach(([name, value]) => body.append(name, value));
    one.photos.forEach((photo) => body.append("done_files", photo, photo.name));
    body.set("_token", document.querySelector<HTMLInputElement>("[name=_token]")?.value || "");
    body.set("done_key", one.key);
    const answer = await fetch(one.action, { method: "POST", body, credentials: "same-origin", redirect: "manual", headers: { Accept: "application/json", "X-Field": "1" } });
    const told = answer.ok || answer.status === 409 || answer.status === 413 || answer.status === 422 ? await answer.json().catch(() => null) : null;
    if (told && told.next) {
      await within("readwrite", (store) => store.delete(one.key));
      return told.next;
    }
    if (told && told.said) one.said = told.said;
    else if (answer.status === 404 || answer.status === 403) one.said = words("gone");
    else if (Date.now() - one.at > week) one.said = words("old");
    else return undefined; // signed out, too busy or away: later
    await within("readwrite", (store) => store.put(one));
    return undefined;
  };

  const deliver = async (): Promise<string | undefined> => {
    clearTimeout(timer);
    let next: string | undefined;
    const work = async () => {
      for (const one of await mine()) if (!one.said) next = (await send(one)) || next;
    };
    try {
      if (navigator.locks) await navigator.locks.request("field", work);
      else await work();
    } catch {
      // No network: it is tried again.
    }
    await draw(next ? words("sent") : "");
    if ((await mine()).some((one) => !one.said)) timer = window.setTimeout(deliver, 30000);
    return next;
  };

  root.addEventListener("submit", async (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.hasAttribute("data-field-form") && !form.closest("[data-field-form]")) return;
    const data = new FormData(form);
    const button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
    const photos = data.getAll("done_files").filter((file): file is File => file instanceof File && file.size > 0);
    const text = String(data.get("done_text") || "").trim();
    if (text === "" && photos.length === 0) return; // the service says what is missing
    event.preventDefault();
    const fields: [string, string][] = [];
    data.forEach((value, name) => typeof value === "string" && name !== "_token" && fields.push([name, value]));
    if (button && button.name) fields.push([button.name, button.value]);
    const one: Sent = { key: newKey(), who, action: form.action, about: form.closest<HTMLElement>("[data-about]")?.dataset.about || "", fields, photos, at: Date.now() };
    try {
      await within("readwrite", (store) => store.put(one));
    } catch {
      fields.filter(([name]) => button && name === button.name).forEach(([name, value]) => form.append(hidden(name, value)));
      form.submit(); // no room on the device: as without a box
      return;
    }
    form.querySelectorAll<HTMLTextAreaElement>("[data-draft]").forEach((area) => forget("draft:" + area.dataset.draft)); // its words are in the box now
    const next = await deliver();
    if (next) location.assign(next);
    else {
      form.reset();
      const folder = form.closest("details");
      if (folder) folder.open = false;
      box.scrollIntoView();
      box.focus();
    }
  });

  addEventListener("online", () => void deliver());
  document.addEventListener("visibilitychange", () => void (document.hidden || deliver()));
  void deliver().catch(() => undefined);
}

function forget(name: string): void {
  try {
    localStorage.removeItem(name);
  } catch {
    // There was none.
  }
}

function newKey(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  const hex = Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function hidden(name: string, value: string): HTMLInputElement {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  return field;
}
