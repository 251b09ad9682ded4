// Days and times as the fields of a widget have them.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

// A day as `2026-05-06`, of a date here.
export function isoDay(date) {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

// Midnight here of `2026-05-06`; null when it is no day.
export function dayOf(text) {
  const found = /^(\d{4})-(\d\d)-(\d\d)/.exec(text || "");
  if (!found) return null;
  const date = new Date(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  return isNaN(date) ? null : date;
}

// The value of a date field as the official widget sends it: an ISO time with this machine's zone; "" for nothing.
export function isoTime(text) {
  if (!text) return "";
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? dayOf(text) : new Date(text);
  if (!date || isNaN(date)) return "";
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${isoDay(date)}T${time}.${String(date.getMilliseconds()).padStart(3, "0")}${zone}`;
}

// "6 May 2026"
export function shownDay(date) {
  return `${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
}

function two(number) {
  return String(number).padStart(2, "0");
}
