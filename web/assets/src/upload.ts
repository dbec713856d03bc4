// <div data-upload="/report/photo" data-sending data-failed data-again hidden> beside a field for photos of the same form: each chosen photo is sent at
// once, with its progress, and joins the list. Where one cannot be sent, the words stay and it alone is tried again; going on sends it with the form.
type Kept = { id: string; label: string };

export function uploadPhotos(): void {
  const box = document.querySelector<HTMLElement>("[data-upload]");
  const form = box && box.closest("form");
  const input = form && form.querySelector<HTMLInputElement>("input[type=file]");
  const list = form && form.querySelector<HTMLElement>("[data-photos]");
  const drawing = form && form.querySelector<HTMLTemplateElement>("template[data-photo]");
  if (!box || !form || !input || !list || !drawing || typeof DataTransfer !== "function") return;
  const status = box.querySelector<HTMLElement>("[role=status]")!;
  const bar = box.querySelector("progress")!;
  const again = box.querySelector("button")!;
  let sending: Promise<boolean> | null = null;
  let pressed: HTMLElement | null = null;
  let leaving = false; // the form is on its way with all that is in its field
  const keys = new WeakMap<File, string>();

  const put = (file: File, n: number, of: number) =>
    new Promise<string>((resolve) => {
      const key = keys.get(file) || crypto.randomUUID();
      keys.set(file, key);
      const body = new FormData();
      body.append("_token", form.querySelector<HTMLInputElement>("[name=_token]")!.value);
      body.append("_key", key); // the same photo again is one photo
      body.append("photos", file, file.name);
      const call = new XMLHttpRequest();
      call.open("POST", box.dataset.upload || "");
      call.setRequestHeader("Accept", "application/json");
      call.upload.onprogress = (event) => {
        bar.value = event.lengthComputable ? event.loaded / event.total : 0;
        status.textContent = (box.dataset.sending || "").replace("{n}", String(n)).replace("{of}", String(of)).replace("{percent}", String(Math.floor(100 * bar.value)));
      };
      call.onload = () => {
        let told: any = null;
        try {
          told = JSON.parse(call.responseText);
        } catch {
          // Not an answer of ours.
        }
        if (call.status !== 200 || !told) return resolve((told && ((told.errors && told.errors[0].text) || (told.error && told.error.message))) || box.dataset.failed || "");
        form.querySelector<HTMLInputElement>("[name=draft]")!.value = told.draft;
        (told.photos as Kept[]).forEach((photo) => {
          if (list.querySelector("[value='" + photo.id + "']")) return;
          const line = drawing.content.cloneNode(true) as DocumentFragment;
          line.querySelectorAll("[data-label]").forEach((place) => (place.textContent = photo.label));
          line.querySelector("button")!.value = photo.id;
          list.appendChild(line);
        });
        resolve("");
      };
      call.onerror = call.ontimeout = () => resolve(box.dataset.failed || "");
      call.timeout = 120000;
      call.send(body);
    });

  // send takes the photos out of the field one by one, as they arrive.
  const send = async (): Promise<boolean> => {
    box.hidden = false;
    box.classList.remove("hy-upload--failed");
    again.hidden = true;
    bar.hidden = false;
    const all = Array.from(input.files || []);
    for (let i = 0; i < all.length; i++) {
      bar.value = 0;
      const mistake = await put(all[i], i + 1, all.length);
      if (mistake) {
        box.classList.add("hy-upload--failed");
        status.textContent = mistake;
        bar.hidden = true;
        again.hidden = false;
        return false;
      }
      const rest = new DataTransfer();
      all.slice(i + 1).forEach((file) => rest.items.add(file));
      input.files = rest.files;
    }
    box.hidden = true;
    return true;
  };
  const start = () => {
    if (!leaving && !sending && input.files && input.files.length) sending = send().finally(() => (sending = null));
  };
  window.addEventListener("pageshow", () => (leaving = false));
  input.addEventListener("shrunk", start);
  again.addEventListener("click", start);
  form.addEventListener("click", (event) => (pressed = (event.target as HTMLElement).closest("button[type=submit]")), true);
  form.addEventListener("submit", (event) => {
    if (!sending) {
      leaving = true;
      return;
    }
    event.preventDefault(); // the photo on its way comes first, so that it is not sent twice
    const button = pressed;
    sending.then(() => form.requestSubmit(button instanceof HTMLButtonElement ? button : null));
  });
}
