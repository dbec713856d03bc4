// <div data-danger="#text" data-lines="119:words,words|unless,unless;…" hidden>: the emergency lines appear while dangerous words are typed. The server
// decides by its own rules all the same; here nothing leaves the device.
type Line = { number: string; words: string[]; unless: string[] };

export function warnOfDanger(): void {
  document.querySelectorAll<HTMLElement>("[data-danger]").forEach((panel) => {
    const field = document.querySelector<HTMLTextAreaElement>(panel.dataset.danger || "");
    if (!field) return;
    const lines: Line[] = (panel.dataset.lines || "").split(";").map((line) => {
      const [number, rest] = line.split(":");
      const [words, unless] = (rest || "").split("|");
      return { number, words: (words || "").split(",").filter(Boolean), unless: (unless || "").split(",").filter(Boolean) };
    });
    const found = (text: string) => {
      for (const sentence of text.toLowerCase().split(/[\u3002.!?;\uff01\uff1f\uff1b\n]/)) {
        for (const line of lines) {
          if (line.words.some((word) => sentence.indexOf(word) >= 0) && !line.unless.some((word) => sentence.indexOf(word) >= 0)) return line.number;
        }
      }
      return "";
    };
    const look = () => {
      const number = found(field.value);
      if (panel.hidden === !number && panel.dataset.now === number) return;
      panel.dataset.now = number;
      const first = panel.querySelector("[data-number='" + number + "']")?.closest("li");
      first?.parentElement!.prepend(first); // the line that fits comes first
      panel.hidden = !number;
    };
    field.addEventListener("input", (event) => (event as InputEvent).isComposing || look());
    field.addEventListener("compositionend", look);
    look();
  });
}
