// Puts `text` on the clipboard; fails with an Error when the browser refuses. Away from https and localhost there is no
// clipboard to write to: then a selection is copied, of a field made for it inside `host`. A dialog keeps the focus to
// itself, so its own copy buttons hand in something inside it.
export async function copyText(text, host = document.body) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.cssText = "position:fixed;opacity:0";
    host.append(area);
    area.focus({ preventScroll: true }); // what is copied is the selection of what has the focus
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) throw new Error("the browser refused");
  }
}

// For a button with a text, which says for a moment what has become of it.
export async function copyBy(button, text, host) {
  const words = button.dataset.words ?? button.textContent;
  button.dataset.words = words; // a second click finds "Copied" on it
  try {
    await copyText(text, host);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Could not copy";
  }
  setTimeout(() => (button.textContent = words), 1400);
}
