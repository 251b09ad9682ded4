// JSON as somebody types it, whole or not yet: its pieces, and where in the text each value stands.
const PIECE = /\s+|"(?:[^"\\\n]|\\.)*"?|-?\d[\d.eE+-]*|[{}[\]:,]|[^\s{}[\]:,"]+/gy;
const WORD = /^[A-Za-z_][A-Za-z0-9_]*$/;
const WORDS = new Set(["true", "false", "null"]);

function named(path, key) {
  return WORD.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function unquoted(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(1);
  }
}

// → { pieces: [{from, to, kind}], places: Map of path → piece with which the value there begins }
export function scan(text) {
  const pieces = [];
  const places = new Map();
  const open = []; // [{ path, list, index, key, wants }], the innermost last
  const begins = (piece) => {
    const inner = open.at(-1);
    const path = !inner ? "$" : inner.list ? `${inner.path}[${inner.index}]` : named(inner.path, inner.key ?? "");
    if (!places.has(path)) places.set(path, piece);
    return path;
  };
  PIECE.lastIndex = 0;
  for (let match; (match = PIECE.exec(text)); ) {
    const [word] = match;
    const sign = word[0];
    if (/\s/.test(sign)) continue;
    const piece = { from: match.index, to: match.index + word.length, kind: "mark" };
    const inner = open.at(-1);
    pieces.push(piece);
    if (sign === "{" || sign === "[") {
      open.push({ path: begins(piece), list: sign === "[", index: 0, key: null });
    } else if (sign === "}" || sign === "]") {
      open.pop();
    } else if (sign === ",") {
      if (inner) Object.assign(inner, { index: inner.index + 1, key: null });
    } else if (sign === '"' && inner && !inner.list && inner.key === null) {
      piece.kind = "key";
      inner.key = unquoted(word);
    } else if (sign !== ":") {
      piece.kind = sign === '"' ? "string" : WORDS.has(word) ? "word" : /[-\d]/.test(sign) ? "number" : "odd";
      begins(piece);
    }
  }
  return { pieces, places };
}

// The piece that a remark is about: of what is missing, the one that begins what it is missing in.
export function pieceOf(remark, { pieces, places }) {
  if (remark.at !== null) return pieces.find((one) => one.to > remark.at) ?? pieces.at(-1) ?? null;
  for (let path = remark.path; path; path = path.replace(/(?:\.[^.[\]]*|\[[^[\]]*\])$/, "")) {
    if (places.has(path)) return places.get(path);
    if (path === "$") break;
  }
  return pieces[0] ?? null;
}

// The same values, each on a line of its own. What is written (numbers, escapes, keys that occur twice) stays so.
export function laidOut(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  const { pieces } = scan(text);
  let level = 0;
  let written = "";
  pieces.forEach(({ from, to }, i) => {
    const word = text.slice(from, to);
    const next = pieces[i + 1] && text[pieces[i + 1].from];
    if (word === "}" || word === "]") {
      level -= 1;
      const before = pieces[i - 1] && text[pieces[i - 1].from];
      written += before === "{" || before === "[" ? word : `\n${"  ".repeat(level)}${word}`;
      return;
    }
    written += word === ":" ? ": " : word;
    if (word === "{" || word === "[") level += 1;
    const opens = (word === "{" || word === "[") && next !== "}" && next !== "]";
    if (opens || word === ",") written += `\n${"  ".repeat(level)}`;
  });
  return written;
}
