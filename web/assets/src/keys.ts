// data-key="Ctrl+Enter" on a button, link or field: that chord presses it or moves the cursor into it.
// Several chords are written with a space between. A key that belongs to an input method is never ours.
type Chord = { ctrl: boolean; alt: boolean; shift: boolean; key: string };

function parse(text: string): Chord {
  const parts = text.split("+");
  const key = parts.pop() || "";
  return { ctrl: parts.indexOf("Ctrl") >= 0, alt: parts.indexOf("Alt") >= 0, shift: parts.indexOf("Shift") >= 0, key };
}

// keyOf names the key of an event as chords write it: by its place on the keyboard, so that it is the same in every layout and with every
// modifier; the two signs also by what they type, since their place differs between layouts.
export function keyOf(event: KeyboardEvent): string {
  const code = event.code.replace("NumpadEnter", "Enter");
  const plain = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(code);
  if (event.key === "?" || (code === "Slash" && event.shiftKey)) return "?";
  if (event.key === "/" || code === "Slash" || code === "NumpadDivide") return "/";
  if (plain) return plain[1];
  return code === "Escape" ? "Esc" : code;
}

function hits(chord: Chord, event: KeyboardEvent, ctrl: boolean): boolean {
  const key = keyOf(event);
  const shift = key === "?" || key === "/" ? chord.shift : event.shiftKey; // a sign is a sign, whatever it takes to type it
  return chord.key === key && chord.ctrl === ctrl && chord.alt === event.altKey && chord.shift === shift;
}

function typing(target: EventTarget | null): boolean {
  const element = target as HTMLInputElement | null;
  if (!element || !element.tagName) return false;
  if (element.tagName === "INPUT") return !/^(radio|checkbox|button|submit|reset|file)$/.test(element.type);
  return element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName);
}

export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

// reach brings an element into sight where it lies in a closed part of the page, and tells whether it can be used.
function reach(element: HTMLElement): boolean {
  const closed = element.closest<HTMLDetailsElement>("details:not([open])");
  if (closed && !element.closest("summary")) closed.open = true;
  return !(element as HTMLButtonElement).disabled && element.getClientRects().length > 0;
}

function act(element: HTMLElement): void {
  element.focus();
  const go = element.tagName === "A" ? (element.getAttribute("href") || "") : "";
  const field = go.charAt(0) === "#" ? document.getElementById(go.slice(1)) : null;
  if (field) field.focus();
  else if (!typing(element)) element.click();
}

export function keyboard(): void {
  document.addEventListener("keydown", (event) => {
    if (composing(event) || event.repeat || event.getModifierState("AltGraph") || event.defaultPrevented) return;
    const ctrl = event.ctrlKey || event.metaKey;
    const plain = !ctrl && !event.altKey;
    // Undo, copy and paste inside a text belong to the text.
    if (ctrl && !event.altKey && typing(event.target) && /^Key[ZYXCVA]$/.test(event.code)) return;
    if (plain && typing(event.target) && !/^F\d+$/.test(event.code)) {
      if (event.code === "Escape") close(event);
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    for (const element of Array.from(document.querySelectorAll<HTMLElement>("[data-key]"))) {
      const mine = (element.dataset.key || "").split(" ").map(parse);
      if (!mine.some((chord) => hits(chord, event, ctrl)) || !reach(element)) continue;
      event.preventDefault();
      act(element);
      return;
    }
    if (plain && event.code === "Escape") close(event);
  });
}

// Esc empties the finding box, else closes the part of the page that the cursor is in, else leaves the field. A dialog closes by itself.
function close(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (document.querySelector("dialog[open]")) return;
  if (target.matches("[data-filter]") && (target as HTMLInputElement).value) {
    (target as HTMLInputElement).value = "";
    target.dispatchEvent(new CustomEvent("typed", { bubbles: true }));
    return;
  }
  const open = target.closest<HTMLDetailsElement>("details[open]") || document.querySelector<HTMLDetailsElement>("details.hy-act[open]");
  if (open) {
    open.open = false;
    open.querySelector<HTMLElement>("summary")?.focus();
    return;
  }
  target.blur();
}

// A search or filter that answers while somebody types listens for "typed", which never fires inside an input method.
export function typedEvents(): void {
  const send = (event: Event) => {
    if (!(event as InputEvent).isComposing) event.target?.dispatchEvent(new CustomEvent("typed", { bubbles: true }));
  };
  document.addEventListener("input", send);
  document.addEventListener("compositionend", (event) => event.target?.dispatchEvent(new CustomEvent("typed", { bubbles: true })));
}
