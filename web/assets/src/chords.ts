import { composing, keyOf } from "./keys";

// <input data-chord>: whoever presses a chord in it has written it. Single characters are typed as in any field.
export function ownChords(): void {
  document.addEventListener("keydown", (event) => {
    const field = event.target as HTMLInputElement;
    if (!field.matches || !field.matches("input[data-chord]") || composing(event)) return;
    const key = keyOf(event);
    const held = event.ctrlKey || event.altKey || event.metaKey;
    if (!held && !/^F\d+$/.test(key)) return;
    if (/^(Control|Alt|Shift|Meta)/.test(key) || (held && /^[CVXAZ]$/.test(key) && event.ctrlKey && !event.altKey)) return;
    event.preventDefault();
    event.stopPropagation();
    field.value = (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + (event.shiftKey ? "Shift+" : "") + key;
    field.select();
  }, true);
}
