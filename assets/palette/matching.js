// Which commands a few letters mean, the best first.
const BEGINNING = /[\s\-_/.:·(]/;

// How well `query` (lower case) stands in `text`, and where; null when it does not. Letters at the beginnings of words
// and in a row count most; a hole between them counts against.
export function match(query, text) {
  const low = text.toLowerCase();
  const whole = low.indexOf(query);
  if (whole >= 0) {
    const begins = whole === 0 || BEGINNING.test(low[whole - 1]);
    const places = Array.from(query, (_, i) => whole + i);
    return { score: (begins ? 120 : 80) + (whole === 0 ? 20 : 0) - Math.min(20, low.length / 8), places };
  }
  // letters in this order: at the beginnings of words where there are such
  const places = [];
  let score = 40;
  let from = 0;
  for (const letter of query) {
    if (letter === " ") continue;
    let at = -1;
    for (let i = from; i < low.length; i += 1) {
      if (low[i] !== letter) continue;
      if (at < 0) at = i;
      if (i === from || i === 0 || BEGINNING.test(low[i - 1])) {
        at = i;
        break;
      }
    }
    if (at < 0) return null;
    const hole = places.length ? at - places.at(-1) - 1 : at;
    score -= at === 0 || BEGINNING.test(low[at - 1]) ? 0 : Math.min(8, hole);
    places.push(at);
    from = at + 1;
  }
  return score > 0 ? { score, places } : null;
}

// The words of `query` may stand in any order, in the title, the group and what else a command is found by.
export function found(query, { title, group, words, hint }) {
  const wanted = query.trim().toLowerCase();
  const direct = match(wanted, title);
  if (direct) return direct;
  const all = `${title} ${group} ${words} ${hint}`.toLowerCase();
  const parts = wanted.split(/\s+/);
  if (!parts.every((part) => all.includes(part))) return null;
  const places = parts.flatMap((part) => match(part, title)?.places ?? []);
  return { score: 30 + places.length, places };
}

// `text` in pieces, with those marked that were found.
export function pieces(text, places) {
  const marked = new Set(places);
  const parts = [];
  for (let i = 0; i < text.length; i += 1) {
    const is = marked.has(i);
    if (parts.length && parts.at(-1).is === is) parts.at(-1).text += text[i];
    else parts.push({ is, text: text[i] });
  }
  return parts;
}
