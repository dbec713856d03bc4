// <button data-opens="commands" hidden> opens the dialog of that name: pages to go to, and everything that the page at hand has a key for.
export function commands(): void {
  const button = document.querySelector<HTMLElement>("[data-opens]");
  const dialog = button && (document.getElementById(button.dataset.opens || "") as HTMLDialogElement | null);
  if (!button || !dialog || !dialog.showModal) return;
  const list = dialog.querySelector("ul");
  const field = dialog.querySelector("input");
  if (!list || !field) return;
  dialog.hidden = false;
  button.hidden = false;
  button.addEventListener("click", () => {
    list.querySelectorAll("[data-deed]").forEach((old) => old.remove());
    const known = new Set<string>();
    document.querySelectorAll<HTMLElement>("button[data-key], a[data-key]").forEach((deed) => {
      const words = Array.from(deed.childNodes).filter((n) => n.nodeName !== "KBD").map((n) => n.textContent || "").join("").trim().replace(/\s+/g, " ");
      if (deed === button || !words || known.has(words) || !deed.getClientRects().length) return;
      known.add(words);
      const item = document.createElement("li");
      item.dataset.deed = "";
      const press = document.createElement("button");
      press.type = "button";
      press.textContent = words.slice(0, 60);
      const key = document.createElement("kbd");
      key.className = "hy-kbd";
      key.textContent = deed.dataset.key || "";
      press.append(key);
      press.addEventListener("click", () => {
        dialog.close();
        deed.focus();
        deed.click();
      });
      item.append(press);
      list.append(item);
    });
    field.value = "";
    field.dispatchEvent(new CustomEvent("typed", { bubbles: true }));
    dialog.showModal();
    field.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
