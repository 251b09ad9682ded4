// Shortcuts as they are written in the table of commands ("Mod+Shift+O"), as they are pressed, and as they are shown.
export const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

const SHOWN = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
const ON_MAC = { Mod: "⌘", Ctrl: "⌃", Alt: "⌥", Shift: "⇧", Enter: "↩", Delete: "⌦" };

// The keys of one shortcut, one after the other, as they are called on this computer.
export function named(keys) {
  return keys.split("+").map((key) => (MAC ? ON_MAC[key] : { Mod: "Ctrl" }[key]) ?? SHOWN[key] ?? key);
}

// For `aria-keyshortcuts`.
export function spoken(keys) {
  return keys.replace("Mod", MAC ? "Meta" : "Control") || null;
}

// Whether this is what was pressed. A letter is asked for by what the key means, and where that is no letter of ours
// (a Cyrillic keyboard), by where the key lies.
export function pressed(keys, event) {
  const wanted = keys.split("+");
  const key = wanted.pop();
  const mod = wanted.includes("Mod");
  const ctrl = wanted.includes("Ctrl") || (mod && !MAC);
  if (event.ctrlKey !== ctrl || event.metaKey !== (mod && MAC) || event.altKey !== wanted.includes("Alt")) return false;
  if (/^[A-Z]$/.test(key)) {
    if (event.shiftKey !== wanted.includes("Shift")) return false;
    const letter = event.key.toUpperCase();
    return /^[A-Z]$/.test(letter) ? letter === key : event.code === `Key${key}`;
  }
  if (key.length > 1 && event.shiftKey !== wanted.includes("Shift")) return false; // F6, ArrowUp, …
  return event.key === key; // a character such as "?" lies under Shift on some keyboards
}
