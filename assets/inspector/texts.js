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

const PIECE = 20_000; // characters

// The text in pieces of about that length, each cut behind a line where there is one.
export function inPieces(text) {
  const pieces = [];
  for (let at = 0; at < text.length; at += pieces.at(-1).length) {
    const half = at + PIECE / 2; // no further back: where there is no line at all, each piece would search them all
    const line = text.slice(half, at + PIECE).lastIndexOf("\n") + 1;
    let end = line ? half + line : at + PIECE;
    if (/[\ud800-\udbff]/.test(text[end - 1])) end += 1; // half a character
    pieces.push(text.slice(at, end));
  }
  return pieces;
}

export const visible = (text) => text.replaceAll(/[\r\n\t\ufeff\0]/g, (c) => VISIBLE[c]);
