// Threads by the day on which they were created, as the reader's own calendar has it.
const DAY = 86400000;
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric" });
const WHOLE = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" });

// Number of the local day on which a moment lies.
export function day(time) {
  const date = new Date(time);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY);
}

export function moment(created) {
  const time = new Date(created);
  return Number.isNaN(time.getTime()) ? created : `Created ${WHOLE.format(time)}`;
}

function period(created, today) {
  const time = Date.parse(created);
  if (Number.isNaN(time)) return { rank: -Infinity, title: "Without a date" };
  const ago = today - day(time);
  if (ago <= 0) return { rank: 4e6, title: "Today" };
  if (ago === 1) return { rank: 3e6, title: "Yesterday" };
  if (ago <= 7) return { rank: 2e6, title: "Previous 7 days" };
  if (ago <= 30) return { rank: 1e6, title: "Previous 30 days" };
  const date = new Date(time);
  return { rank: date.getFullYear() * 12 + date.getMonth(), title: MONTH.format(date) };
}

// The rows in their order, cut where a period ends. The order is the backend's: where it does not go from the newest to
// the oldest, headings would repeat, and there are none.
export function grouped(rows, today) {
  const groups = [];
  let rank = Infinity;
  for (const row of rows) {
    const here = period(row.created, today);
    if (here.rank > rank) return rows.length ? [{ title: "", rows }] : [];
    if (here.rank < rank) groups.push({ title: here.title, rows: [] });
    rank = here.rank;
    groups.at(-1).rows.push(row);
  }
  if (groups.length === 1 && rank === -Infinity) groups[0].title = "";
  return groups;
}

// What tells threads with one title apart, by id: the time or the date; where that is the same too, the end of the id.
export function distinct(rows, today) {
  const named = new Map();
  for (const row of rows) {
    if (!named.has(row.title)) named.set(row.title, []);
    named.get(row.title).push(row);
  }
  const apart = new Map();
  for (const alike of named.values()) {
    if (alike.length < 2) continue;
    const words = alike.map(({ created }) => when(created, today));
    const counted = new Map();
    for (const word of words) counted.set(word, (counted.get(word) ?? 0) + 1);
    alike.forEach(({ id }, i) => {
      const alone = words[i] && counted.get(words[i]) === 1;
      apart.set(id, alone ? words[i] : `…${id.slice(-5)}`);
    });
  }
  return apart;
}

function when(created, today) {
  const time = Date.parse(created);
  if (Number.isNaN(time)) return "";
  return today - day(time) < 1 ? TIME.format(time) : DATE.format(time);
}
