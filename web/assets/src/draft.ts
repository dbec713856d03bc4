// What is typed into a field with data-draft stays in this browser for a week, so that a closed page loses nothing.
// It is kept on this device only, and an element with data-draft-clear removes it: on the page after sending, or by a button. <div data-draft-note="key"
// hidden> is shown while something is kept under that key.
const week = 7 * 24 * 60 * 60 * 1000;
type Kept = { text: string; at: number };

function read(key: string): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) || "null") as Kept | null;
    if (kept && Date.now() - kept.at > week) {
      localStorage.removeItem(key);
      return null;
    }
    return kept;
  } catch {
    return null;
  }
}

function write(key: string, text: string): void {
  try {
    if (text.trim() === "") localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify({ text, at: Date.now() }));
  } catch {
    // Storage is full or forbidden: the page works without drafts.
  }
}

function clear(prefix: string): void {
  try {
    Object.keys(localStorage).filter((key) => key.indexOf("draft:" + prefix) === 0).forEach((key) => localStorage.removeItem(key));
  } catch {
    // As above.
  }
}

export function keepDrafts(): void {
  document.querySelectorAll<HTMLElement>("[data-draft-clear]").forEach((element) => {
    const prefix = element.dataset.draftClear || "";
    if (element instanceof HTMLButtonElement) {
      element.hidden = false;
      element.addEventListener("click", () => {
        clear(prefix);
        document.querySelectorAll<HTMLTextAreaElement>("[data-draft^='" + prefix + "']").forEach((field) => {
          field.value = "";
          field.dispatchEvent(new Event("input"));
          field.focus();
        });
      });
    } else clear(prefix);
  });
  document.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>("[data-draft]").forEach((field) => {
    const key = "draft:" + field.dataset.draft;
    const kept = read(key);
    if (kept && field.value === "") {
      field.value = kept.text;
      field.dispatchEvent(new Event("input")); // who listens to the typing hears of it
    }
    const note = document.querySelector<HTMLElement>("[data-draft-note='" + field.dataset.draft + "']");
    const tell = () => note && (note.hidden = !read(key));
    let timer = 0;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        write(key, field.value);
        tell();
      }, 400);
    });
    tell();
  });
}
