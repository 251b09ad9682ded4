// What a recording is called, and how its figures read.
const DAY = 86400000;
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const YEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

export function nameOf(row) {
  return row.name || row.title || row.key;
}

// Whether every word is in what is known of a row.
export function found(row, words) {
  if (!words.length) return true;
  const text = [row.name, row.title, row.backend, row.source, row.key, row.damaged].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${Math.round(bytes / 1000)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

export function when(seconds) {
  const moment = new Date(seconds * 1000);
  const now = new Date();
  if (moment.toDateString() === now.toDateString()) return `Today, ${TIME.format(moment)}`;
  if (moment.toDateString() === new Date(now - DAY).toDateString()) return `Yesterday, ${TIME.format(moment)}`;
  const date = moment.getFullYear() === now.getFullYear() ? DATE : YEAR;
  return `${date.format(moment)}, ${TIME.format(moment)}`;
}

export function exactly(seconds) {
  return new Date(seconds * 1000).toISOString().replace("T", " ").replace(/\.\d+Z/, " UTC");
}

export function several(count, word) {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}
