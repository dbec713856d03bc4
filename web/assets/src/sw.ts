// The service worker. It keeps the home page, the page for writing without a network and the files they need, and asks the network first for every
// page. It never keeps a page with a person's data, a code or a form's token. A step of the form that finds no network goes into the outbox.
// The server writes the lists "files" and "pages" and the name "kept" before this text.
import { deliver } from "./deliver";
import { find, Item, put } from "./store";

declare const files: string[];
declare const pages: string[];
declare const kept: string;
const worker = self as any;
const step = /^(\/en)?\/report\/([123])$/;
const ours = /^(\/en)?\/?($|(report|t|rate|help|privacy|accessibility|contact|board|data-use|districts|departments|cases)($|\/))/;

worker.addEventListener("install", (event: any) => {
  event.waitUntil(
    caches
      .open(kept)
      .then((cache) => cache.addAll(files.concat(pages)))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener("activate", (event: any) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== kept).map((name) => caches.delete(name))))
      .then(() => worker.clients.claim()),
  );
});

// away answers for a page that cannot be fetched: its own kept copy, the page for writing, or the words that there is no network.
async function away(path: string): Promise<Response> {
  const lang = /^\/en($|\/)/.test(path) ? "/en" : "";
  const cache = await caches.open(kept);
  const name = pages.indexOf(path) >= 0 ? path : lang + (/^(\/en)?\/report($|\/)/.test(path) ? "/report/offline" : "/offline");
  return (await cache.match(name, { ignoreVary: true })) || Response.error();
}

async function page(request: Request, path: string): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (pages.indexOf(path) >= 0 && answer.ok && !/no-store/.test(answer.headers.get("Cache-Control") || "")) {
      const copy = answer.clone();
      caches.open(kept).then((cache) => cache.put(path, copy));
    }
    return answer;
  } catch {
    return away(path);
  }
}

// park keeps what a step of the form was to send. The last step is the whole matter: it waits to be sent.
async function park(lang: string, last: boolean, form: FormData): Promise<void> {
  const handle = String(form.get("draft") || "");
  const key = handle || crypto.randomUUID();
  const before = handle ? await find(handle) : undefined;
  const item: Item = before || { key, based: handle !== "", at: Date.now(), lang, state: "open", fields: {}, photos: [], tries: 0, next: 0 };
  item.photos = item.photos.concat((form.getAll("photos") as File[]).filter((file) => typeof file !== "string" && file.size > 0));
  form.forEach((value, name) => {
    if (typeof value === "string" && !/^(_token|_key|draft|then|seen|remove|drop|website)$/.test(name)) item.fields[name] = value;
  });
  item.state = last ? "waiting" : "open";
  item.at = Date.now();
  await put(item);
}

async function posted(request: Request, lang: string, last: boolean): Promise<Response> {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch {
    await park(lang, last, await copy.formData());
    if (last && worker.registration.sync) await worker.registration.sync.register("outbox").catch(() => undefined);
    return Response.redirect(lang + "/report/offline", 303);
  }
}

worker.addEventListener("fetch", (event: any) => {
  const request = event.request as Request;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  if (files.indexOf(url.pathname) >= 0) {
    event.respondWith(caches.match(request, { ignoreVary: true }).then((answer) => answer || fetch(request)));
    return;
  }
  // What scripts ask of the outbox's own page is answered from its copy where there is no network.
  if (request.method === "GET" && (request.mode === "navigate" ? ours.test(url.pathname) : pages.indexOf(url.pathname) >= 0)) {
    event.respondWith(page(request, url.pathname));
    return;
  }
  const form = request.mode === "navigate" && request.method === "POST" ? step.exec(url.pathname) : null;
  if (form) event.respondWith(posted(request, form[1] || "", form[2] === "3"));
});

worker.addEventListener("sync", (event: any) => {
  if (event.tag === "outbox") event.waitUntil(deliver(() => undefined, true));
});
