// Sends what waits, each matter once: the same key again is the same case, so a lost answer costs nothing.
import { Item, items, put } from "./store";

const first = 2000;
const longest = 10 * 60 * 1000;

// send gives the matter's next state. A failure of the network is thrown.
async function send(item: Item): Promise<void> {
  const fresh = await fetch(item.lang + "/report/fresh", { cache: "no-store" });
  const token = /name="_token" value="([^"]+)"/.exec(fresh.ok ? await fresh.text() : "");
  let wait = 0;
  if (token) {
    const body = new FormData();
    body.append("_token", token[1]);
    Object.keys(item.fields).forEach((name) => body.append(name, item.fields[name]));
    item.photos.forEach((photo) => body.append("photos", photo, photo.name));
    const answer = await fetch(item.lang + "/report/whole", { method: "POST", body, headers: { Accept: "application/json", "Idempotency-Key": item.key } });
    const told = await answer.json().catch(() => null);
    if (answer.ok && told && told.code) {
      item.state = "sent";
      item.code = told.code;
      item.fields = { text: (item.fields.text || "").slice(0, 40) };
      item.photos = [];
      return;
    }
    if ((answer.status === 422 || answer.status === 413) && told) {
      const said = told.errors ? told.errors[0] : { field: told.error.field || "", text: told.error.message };
      item.state = "wrong";
      item.said = { field: said.field, text: said.text };
      return;
    }
    wait = 1000 * (Number(answer.headers.get("Retry-After")) || 0);
  }
  item.tries++;
  item.next = Date.now() + Math.max(wait, Math.min(longest, first * 2 ** Math.min(item.tries - 1, 10)));
}

// deliver tries what is due, one after the other and in one window at a time, and tells in how many milliseconds to come again: 0 for never.
// changed is called after each step. all tries those too whose time has not come: the network has just come back.
export async function deliver(changed: () => void, all: boolean): Promise<number> {
  const work = async () => {
    for (const item of await items()) {
      if (item.state !== "waiting" || (!all && item.next > Date.now())) continue;
      try {
        await send(item);
      } catch {
        item.tries++;
        item.next = Date.now() + Math.min(longest, first * 2 ** Math.min(item.tries - 1, 10));
        await put(item);
        changed();
        break; // no network: the others would fail too
      }
      await put(item);
      changed();
    }
  };
  if (navigator.locks) await navigator.locks.request("outbox", work);
  else await work();
  const times = (await items()).filter((item) => item.state === "waiting").map((item) => item.next);
  return times.length ? Math.max(500, Math.min(...times) - Date.now()) : 0;
}
