// data-key="Ctrl+Enter" on a button, link or field: that chord presses it or moves the cursor into it.
// Several chords are written with a space between. A key that belongs to an input method is never ours.
type Chord = { ctrl: boolean; alt: boolean; shift: boolean; code: string };

function parse(text: string): Chord {
  const parts = text.split("+");
  const key = parts.pop() || "";
  let code = key;
  if (/^[A-Z]$/.test(key)) code = "Key" + key;
  else if (/^[0-9]$/.test(key)) code = "Digit" + key;
  else if (key === "/") code = "Slash";
  else if (key === "Esc") code = "Escape";
  return { ctrl: parts.indexOf("Ctrl") >= 0, alt: parts.indexOf("Alt") >= 0, shift: parts.indexOf("Shift") >= 0, code };
}

function typing(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return !!element && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));
}

export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

export function keyboard(): void {
  document.addEventListener("keydown", (event) => {
    if (composing(event) || event.repeat || event.getModifierState("AltGraph")) return;
    const ctrl = event.ctrlKey || event.metaKey;
    const plain = !ctrl && !event.altKey;
    // Undo, copy and paste inside a text belong to the text.
    if (ctrl && !event.altKey && typing(event.target) && /^Key[ZYXCVA]$/.test(event.code)) return;
    if (plain && typing(event.target) && !/^(F\d+|Escape)$/.test(event.code)) return;
    for (const element of Array.from(document.querySelectorAll<HTMLElement>("[data-key]"))) {
      const hit = (element.dataset.key || "").split(" ").map(parse).some((chord) => {
        const code = event.code.replace("NumpadEnter", "Enter").replace("Numpad", "Digit");
        return chord.code === code && chord.ctrl === ctrl && chord.alt === event.altKey && (chord.shift === event.shiftKey || chord.code === "Slash");
      });
      if (!hit || (element as HTMLButtonElement).disabled || element.offsetParent === null) continue;
      event.preventDefault();
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && !/^(radio|checkbox|submit|button)$/.test((element as HTMLInputElement).type)) element.focus();
      else {
        element.focus();
        element.click();
      }
      return;
    }
  });
}

// A search or filter that answers while somebody types listens for "typed", which never fires inside an input method.
export function typedEvents(): void {
  const send = (event: Event) => {
    if (!(event as InputEvent).isComposing) event.target?.dispatchEvent(new CustomEvent("typed", { bubbles: true }));
  };
  document.addEventListener("input", send);
  document.addEventListener("compositionend", (event) => event.target?.dispatchEvent(new CustomEvent("typed", { bubbles: true })));
}
