// Texts of an exchange made readable, and made fit for being copied.
const VISIBLE = { "\r": "␍", "\n": "␊\n", "\t": "⇥", "\ufeff": "[BOM]", "\0": "␀" };

export const headerLines = (pairs) => pairs.map((pair) => pair.join(": ")).join("\n");

// JSON on several lines; other text as it is.
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export const visible = (text) => text.replaceAll(/[\r\n\t\ufeff\0]/g, (c) => VISIBLE[c]);
