// <input type="file" accept="image/*">: pictures over 300 kB are drawn smaller on the device before they are sent. The drawing also leaves out what
// the camera wrote beside the picture (place, device). Where anything fails the picture goes as it is. The event "shrunk" tells that the field is ready.
const most = 300 * 1024;
const longest = 1600;

async function shrunk(file: File): Promise<File> {
  if (file.size <= most || !/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type)) return file;
  const picture = await createImageBitmap(file);
  let scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  for (let round = 0; round < 6; round++) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const pen = canvas.getContext("2d");
    if (!pen) break;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const quality = round === 0 ? 0.82 : 0.7;
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (blob && blob.size <= most) return new File([blob], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
    scale *= 0.8;
  }
  return file;
}

export function shrinkPhotos(): void {
  if (typeof createImageBitmap !== "function" || typeof DataTransfer !== "function") return;
  document.querySelectorAll<HTMLInputElement>('input[type=file][accept="image/*"]').forEach((input) => {
    let turn = 0;
    input.addEventListener("change", async () => {
      const mine = ++turn;
      const chosen = Array.from(input.files || []);
      try {
        const box = new DataTransfer();
        for (const file of chosen) box.items.add(await shrunk(file).catch(() => file));
        if (mine === turn) input.files = box.files;
      } catch {
        // The pictures go as they are.
      }
      if (mine === turn) input.dispatchEvent(new Event("shrunk"));
    });
  });
}
