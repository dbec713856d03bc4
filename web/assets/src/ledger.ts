// Checks the public log in the reader's own browser: the whole log on its page, the steps of one case on the page of its proof. The hashes are those of
// RFC 6962 section 2.1; the checkpoint is a signed note (C2SP tlog-checkpoint). The server says the same by huiyin verify.
import { recount, type Day } from "./recount";

type Bytes = Uint8Array<ArrayBuffer>;
type Opening = { index: number; entry: string; payload: string; salt: string; proof: string[] };
type Evidence = { checkpoint: string; verifier: string; size: number; root: string; steps: Opening[]; records: Opening[] };

const text = new TextEncoder(), words = new TextDecoder();
const from64 = (s: string): Bytes => Uint8Array.from(atob(s), (c) => c.charCodeAt(0));
const same = (a: Bytes, b: Bytes) => a.length === b.length && a.every((v, i) => v === b[i]);
const join = (...parts: Bytes[]): Bytes => {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) (out.set(p, at), (at += p.length));
  return out;
};
const sha256 = async (...parts: Bytes[]): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
const leaf = (entry: Bytes) => sha256(new Uint8Array([0]), entry);
const node = (left: Bytes, right: Bytes) => sha256(new Uint8Array([1]), left, right);

// checkpoint reads a signed checkpoint. signed is null where this browser knows no Ed25519.
async function checkpoint(note: string, key: string): Promise<{ size: number; root: Bytes; signed: boolean | null }> {
  const cut = note.indexOf("\n\n");
  const body = note.slice(0, cut + 1), [, size, root] = body.split("\n");
  const [name, , ...rest] = key.trim().split("\n")[0].split("+"), secret = rest.join("+");
  const line = note.slice(cut + 2).split("\n").find((l) => l.startsWith("\u2014 " + name + " "));
  if (!line || !root) return { size: Number(size), root: from64(root || ""), signed: false };
  const signature = from64(line.split(" ")[2]).slice(4);
  let signed: boolean | null = null;
  try {
    const known = await crypto.subtle.importKey("raw", from64(secret).slice(1), { name: "Ed25519" }, false, ["verify"]);
    signed = await crypto.subtle.verify("Ed25519", known, signature, text.encode(body));
  } catch {
    signed = null;
  }
  return { size: Number(size), root: from64(root), signed };
}

// inLog follows a proof from a leaf to the root (RFC 6962 section 2.1.1).
async function inLog(hash: Bytes, index: number, size: number, proof: Bytes[]): Promise<Bytes | null> {
  let at = index, last = size - 1, h = hash;
  for (const p of proof) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      h = await node(p, h);
      while (at % 2 === 0 && at !== 0) (at = Math.floor(at / 2)), (last = Math.floor(last / 2));
    } else {
      h = await node(h, p);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? h : null;
}

async function checkCase(url: string): Promise<{ n: number; good: boolean; signed: boolean | null }> {
  const e: Evidence = await (await fetch(url, { credentials: "same-origin" })).json();
  const head = await checkpoint(e.checkpoint, await (await fetch("/log/key")).text());
  let good = head.signed !== false && head.size === e.size;
  const all = e.steps.concat(e.records);
  for (const s of all) {
    const commitment = await sha256(text.encode("huiyin log commitment v1\n"), from64(s.salt), text.encode(s.payload));
    const root = await inLog(await leaf(text.encode(s.entry)), s.index, head.size, s.proof.map(from64));
    good = good && same(commitment, from64(JSON.parse(s.entry).c || "")) && root !== null && same(root, head.root);
  }
  return { n: all.length, good, signed: head.signed };
}

const three = (n: number): string => String(n % 1000).padStart(3, "0");
const group = (n: number): string => {
  let s = three(n);
  for (n = Math.floor(n / 1000); n > 0; n = Math.floor(n / 1000)) s = "x" + three(n) + "/" + s;
  return s;
};

async function checkLog(width: number, tell: (n: number, all: number) => void, each?: (entry: string) => void): Promise<{ n: number; good: boolean; signed: boolean | null }> {
  const head = await checkpoint(await (await fetch("/log/checkpoint", { cache: "no-store" })).text(), await (await fetch("/log/key")).text());
  const roots: Bytes[] = [], sizes: number[] = [];
  for (let n = 0; n * width < head.size; n++) {
    const part = Math.min(width, head.size - n * width);
    tell(n * width, head.size);
    const raw = new Uint8Array(await (await fetch("/log/tile/entries/" + group(n) + (part < width ? ".p/" + part : ""))).arrayBuffer());
    for (let at = 0; at < raw.length; ) {
      const length = raw[at] * 256 + raw[at + 1];
      const entry = raw.slice(at + 2, at + 2 + length);
      each?.(words.decode(entry));
      let h = await leaf(entry), count = 1;
      while (sizes.length && sizes[sizes.length - 1] === count) {
        h = await node(roots.pop()!, h);
        count += sizes.pop()!;
      }
      roots.push(h), sizes.push(count);
      at += 2 + length;
    }
  }
  const all = sizes.reduce((a, b) => a + b, 0);
  let root = roots.pop();
  while (root && roots.length) root = await node(roots.pop()!, root);
  return { n: all, good: head.signed !== false && all === head.size && !!root && same(root, head.root), signed: head.signed };
}

const hex = (b: Bytes) => [...b].map((v) => v.toString(16).padStart(2, "0")).join("");

// checkDay checks the whole log, that it holds the digest of the day's figures, and that each figure follows from the rows in the log.
async function checkDay(url: string, tell: (n: number, all: number) => void): Promise<{ n: number; good: boolean; signed: boolean | null }> {
  const body = new Uint8Array(await (await fetch(url, { cache: "no-store" })).arrayBuffer());
  const day: Day = JSON.parse(words.decode(body)), digest = hex(await sha256(body));
  const changes: Parameters<typeof recount>[1] = [];
  let promised = false;
  const whole = await checkLog(256, tell, (entry) => {
    if (!entry.includes('"t":"change"') && !entry.includes('"t":"day"')) return;
    const e = JSON.parse(entry);
    if (e.t === "change") changes.push(e.body);
    if (e.t === "day" && e.body.m === day.month && e.body.day === day.day) promised = e.body.report === digest;
  });
  const counted = recount(day, changes);
  return { n: counted.n, good: whole.good && promised && counted.good, signed: whole.signed };
}

function offer(box: HTMLElement, run: (tell: (n: number, all: number) => void) => Promise<{ n: number; good: boolean; signed: boolean | null }>): void {
  const button = box.querySelector("button"), status = box.querySelector("[role=status]"), words = box.dataset;
  if (!button || !status || !window.crypto?.subtle) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const say = (s = "", n = 0, all = 0) => (status.textContent = s.replace("{n}", String(n)).replace("{all}", String(all)));
    say(words.busy);
    try {
      const r = await run((n, all) => say(words.busy, n, all));
      say(!r.good ? words.bad : r.signed === null ? words.unsigned : words.good, r.n);
    } catch {
      say(words.bad);
    }
    button.disabled = false;
  });
}

document.querySelectorAll<HTMLElement>("[data-check-day]").forEach((box) => offer(box, (tell) => checkDay(box.dataset.checkDay || "", tell)));
document.querySelectorAll<HTMLElement>("[data-check-log]").forEach((box) => offer(box, (tell) => checkLog(Number(box.dataset.checkLog), tell)));
document.querySelectorAll<HTMLElement>("[data-check-case]").forEach((box) => {
  offer(box, () => checkCase(box.dataset.checkCase || ""));
  box.querySelector("button")?.click();
});
