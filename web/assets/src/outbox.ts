// The outbox of the page: shows what waits and sends it when the network is back. Its words and drawings are those of the page /report/offline.
import { deliver } from "./deliver";
import { drop, Item, items, put } from "./store";

const flag = "outbox";
const most = 3;
const receipt = ".hy-code#code, .hy-card #now"; // the page shows the code, or what it opens
let timer = 0;
let root: HTMLElement;
let form: HTMLFormElement | null;
let editing: Item | undefined;

function say(name: string, n?: number): string {
  return (root.dataset[name] || "").replace("{n}", String(n));
}

function part<T extends HTMLElement>(within: ParentNode, name: string): T | null {
  return within.querySelector<T>("[data-" + name + "]");
}

function words(item: Item): string {
  if (item.state === "wrong") return say("wrong") + (item.said ? item.said.text : "");
  if (item.state === "sent") return say("sent");
  if (item.state === "open") return say("open");
  return navigator.onLine ? say(item.tries ? "later" : "sending") : say("saved");
}

function line(item: Item): Node {
  const copy = part<HTMLTemplateElement>(root, "item")!.content.cloneNode(true) as DocumentFragment;
  part(copy, "state")!.textContent = words(item);
  part(copy, "text")!.textContent = item.fields.text || "";
  if (item.code) {
    part(copy, "code")!.hidden = false;
    part(copy, "code")!.querySelector("strong")!.textContent = item.code;
  }
  const edit = part(copy, "edit")!;
  edit.hidden = item.state === "sent" || !form;
  edit.addEventListener("click", () => fill(item));
  part(copy, "drop")!.addEventListener("click", async () => {
    await drop(item.key);
    if (editing && editing.key === item.key) editing = undefined;
    await draw();
  });
  return copy;
}

async function draw(): Promise<void> {
  const all = await items();
  try {
    if (all.length) localStorage.setItem(flag, String(all.length));
    else localStorage.removeItem(flag);
  } catch {
    // Without storage the outbox is looked into on its own page only.
  }
  const waiting = all.filter((item) => item.state === "waiting").length;
  const list = part(root, "list")!;
  const shown = all.filter((item) => (item.state === "sent" ? !document.querySelector(receipt) : !editing || item.key !== editing.key));
  list.replaceChildren(...shown.map(line));
  part(root, "count")!.textContent = waiting && !navigator.onLine ? say("waiting", waiting) : "";
  root.hidden = shown.length === 0 && !waiting;
}

// fill puts a kept matter into the form, to be finished or corrected.
async function fill(item: Item): Promise<void> {
  if (!form) return;
  editing = item;
  const text = form.elements.namedItem("text") as HTMLTextAreaElement;
  const typed = text.value;
  form.reset();
  text.value = typed; // the draft of this device, unless the matter brings words of its own
  Array.from(form.elements).forEach((element) => {
    const field = element as HTMLInputElement;
    const value = item.fields[field.name];
    if (value === undefined || field.type === "file") return;
    if (/^(radio|checkbox)$/.test(field.type)) field.checked = field.value === value;
    else if (value) field.value = value;
  });
  const photos = part(form, "photos-kept")!;
  photos.hidden = item.photos.length === 0;
  photos.textContent = say("photos", item.photos.length);
  mistake(item.said ? item.said.field : "", item.said ? item.said.text : "");
  await draw();
}

function mistake(field: string, text: string): void {
  const place = part(form!, "mistake")!;
  place.hidden = text === "";
  place.textContent = text;
  if (text) (form!.elements.namedItem(field) as HTMLElement | null)?.focus?.();
}

async function keep(event: Event): Promise<void> {
  event.preventDefault();
  const data = new FormData(form!);
  const fields: Record<string, string> = {};
  data.forEach((value, name) => {
    if (typeof value === "string") fields[name] = value.trim();
  });
  if (!fields.text && !(editing && editing.based)) return mistake("text", say("needText"));
  if (!fields.place && !fields.unclear && !(editing && editing.based)) return mistake("place", say("needPlace"));
  const item: Item = editing || { key: crypto.randomUUID(), based: false, at: 0, lang: root.dataset.lang || "", state: "waiting", fields: {}, photos: [], tries: 0, next: 0 };
  if (editing) ["lat", "lon"].forEach((name) => editing!.fields[name] && (fields[name] = editing!.fields[name]));
  const photos = (data.getAll("photos") as File[]).filter((file) => file.size > 0);
  item.photos = item.photos.concat(photos).slice(0, most);
  if (item.based) Object.keys(fields).forEach((name) => fields[name] || (name in item.fields) || delete fields[name]); // what is empty here stands at the service
  item.fields = fields;
  item.at = Date.now();
  item.state = "waiting";
  item.tries = item.next = 0;
  item.said = undefined;
  try {
    await put(item);
  } catch {
    return mistake("text", say("full"));
  }
  editing = undefined;
  form!.reset();
  part(form!, "photos-kept")!.hidden = true;
  mistake("", "");
  try {
    localStorage.removeItem("draft:report-text");
  } catch {
    // There was none.
  }
  await draw();
  root.scrollIntoView();
  const ready = navigator.serviceWorker && (await navigator.serviceWorker.getRegistration());
  await (ready as any)?.sync?.register("outbox").catch(() => undefined);
  await go(true);
}

async function go(all: boolean): Promise<void> {
  clearTimeout(timer);
  const wait = navigator.onLine ? await deliver(draw, all) : 0;
  await draw();
  if (wait) timer = window.setTimeout(() => go(false), wait);
}

// begin finds the words: on the page itself, or in the kept copy of the outbox's page.
async function begin(): Promise<void> {
  const here = document.querySelector<HTMLElement>("section[data-outbox]");
  if (here) root = here;
  else {
    const lang = document.documentElement.lang === "en" ? "/en" : "";
    const page = new DOMParser().parseFromString(await (await fetch(lang + "/report/offline")).text(), "text/html");
    root = document.adoptNode(page.querySelector<HTMLElement>("section[data-outbox]")!);
    const column = document.querySelector("#main .hy-column");
    if (!column) root.classList.add("govuk-width-container");
    (column || document.querySelector("#main")!).prepend(root);
  }
  form = document.querySelector<HTMLFormElement>("[data-outbox-form]");
  if (form) {
    form.hidden = false;
    form.addEventListener("submit", keep);
    const open = (await items()).reverse().find((item) => item.state === "open" || item.state === "wrong");
    if (open) await fill(open);
  }
  addEventListener("online", () => go(true));
  addEventListener("offline", () => draw());
  addEventListener("pageshow", (event) => event.persisted && go(true));
  await draw();
  await go(true);
}

begin().catch(() => undefined); // without a database on the device the page works as before
