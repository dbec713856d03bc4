// <input data-filter="#list"> hides the list's items that do not contain what is typed, in their text or in data-words (initials, codes).
// Enter takes the first that is left. The list may change between two keys. <p data-filter-none="#list" data-text="…"> says so where nothing is left.
export function narrowLists(): void {
  document.querySelectorAll<HTMLInputElement>("[data-filter]").forEach((input) => {
    const list = document.querySelector(input.dataset.filter || "");
    if (!list) return;
    const none = document.querySelector<HTMLElement>('[data-filter-none="' + input.dataset.filter + '"]');
    const items = () => Array.from(list.children) as HTMLElement[];
    const words = (item: HTMLElement) => ((item.textContent || "") + " " + (item.dataset.words || "")).toLowerCase();
    input.addEventListener("typed", () => {
      const wanted = input.value.trim().toLowerCase();
      let left = 0;
      items().forEach((item) => {
        item.hidden = words(item).indexOf(wanted) < 0;
        if (!item.hidden) left++;
      });
      if (none) none.textContent = left ? "" : none.dataset.text || "";
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault(); // it would send the form around the box
      const first = input.value.trim() ? items().find((item) => !item.hidden)?.querySelector<HTMLElement>("a, button, input") : null;
      if (!first) return;
      untilReleased("Enter");
      first.click();
      first.focus();
    });
  });
}

// untilReleased lets a key do nothing more until it is let go: what it led to would take its repetition for another press, and send the form.
function untilReleased(key: string): void {
  const hold = (event: KeyboardEvent) => {
    if (event.key === key) event.preventDefault();
  };
  const kinds = ["keydown", "keypress"] as const;
  kinds.forEach((kind) => document.addEventListener(kind, hold, true));
  document.addEventListener("keyup", () => kinds.forEach((kind) => document.removeEventListener(kind, hold, true)), { once: true, capture: true });
}

// <textarea id="reply"> … <button type="button" data-fill="#reply" data-text="words">: puts a standard text at the cursor; with data-check="#box" it ticks a box.
export function standardTexts(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-fill]");
    if (!button) return;
    const area = document.querySelector<HTMLTextAreaElement>(button.dataset.fill || "");
    if (!area) return;
    event.preventDefault();
    area.setRangeText(button.dataset.text || "", area.selectionStart, area.selectionEnd, "end");
    area.focus();
    const box = button.dataset.check && document.querySelector<HTMLInputElement>(button.dataset.check);
    if (box) box.checked = true;
  });
}
