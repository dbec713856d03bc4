// What waits on this device until there is a network: matters that were written without one, with their photos, and the codes of those that arrived.
// It stays in this browser's own database for a week at most, and a button removes it.
export type State = "open" | "waiting" | "wrong" | "sent";
export type Item = {
  key: string; // the idempotency key: however often it is sent, it is one case
  based: boolean; // an unfinished form at the service has this key: what is not in fields stands there
  at: number; // when it was kept
  lang: string; // the beginning of the addresses in the reader's language: "" or "/en"
  state: State;
  fields: Record<string, string>;
  photos: File[];
  tries: number;
  next: number; // not to be tried before
  said?: { field: string; text: string }; // what must be corrected
  code?: string;
};

export const week = 7 * 24 * 60 * 60 * 1000;
const base = "huiyin";
const box = "outbox";

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open(base, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(box, { keyPath: "key" });
  const db = await done(opening);
  try {
    return await done(work(db.transaction(box, mode).objectStore(box)));
  } finally {
    db.close();
  }
}

// items are what is kept, the oldest first; what is over a week old is removed.
export async function items(): Promise<Item[]> {
  const all = await within<Item[]>("readonly", (store) => store.getAll());
  const kept: Item[] = [];
  for (const item of all) {
    if (Date.now() - item.at > week) await drop(item.key);
    else kept.push(item);
  }
  return kept.sort((a, b) => a.at - b.at);
}

export function find(key: string): Promise<Item | undefined> {
  return within<Item | undefined>("readonly", (store) => store.get(key));
}

export function put(item: Item): Promise<unknown> {
  return within("readwrite", (store) => store.put(item));
}

export function drop(key: string): Promise<unknown> {
  return within("readwrite", (store) => store.delete(key));
}
