// Which files a host page lets in, by the widget's options: composer.attachments.
const UNITS = ["bytes", "kB", "MB", "GB"];

// Why the widget would not take `file` as the `number`th of a message; "" when it would.
export function refusal(file, number, { most, accept, sizes, otherwise }) {
  if (number > most) return `The widget takes at most ${most} files in a message (attachments.maxCount)`;
  if (Object.keys(accept).length && !isAccepted(file, accept)) {
    return `The widget does not take ${file.type || "files of no known type"} (attachments.accept)`;
  }
  const [pattern, limit] = limitOf(file.type, sizes) ?? ["", otherwise];
  if (file.size <= limit) return "";
  const where = pattern ? ` for ${pattern}` : "";
  const has = inUnits(file.size);
  return `The widget takes files of up to ${inUnits(limit)}${where} (attachments.maxSize); this has ${has}`;
}

// For the dialog in which files are picked.
export function pickable(accept) {
  return [...Object.keys(accept), ...Object.values(accept).flat()].join(",");
}

// 1234567 → "1.2 MB"
export function inUnits(bytes) {
  let unit = 0;
  let number = bytes;
  while (number >= 1024 && unit < UNITS.length - 1) {
    number /= 1024;
    unit++;
  }
  return `${Number(number.toFixed(unit && number < 10 ? 1 : 0))} ${UNITS[unit]}`;
}

function isAccepted({ name, type }, accept) {
  const lower = name.toLowerCase();
  return Object.entries(accept).some(
    ([pattern, endings]) =>
      endings.some((ending) => lower.endsWith(ending.toLowerCase())) || (covers(pattern, type) && !endings.length),
  );
}

// The most specific pattern that fits, with its limit: image/png, then image/*, then * or "".
function limitOf(type, sizes) {
  const fitting = Object.entries(sizes).filter(([pattern]) => covers(pattern, type));
  return fitting.sort(([one], [other]) => rank(other) - rank(one))[0];
}

function covers(pattern, type) {
  if (rank(pattern) === 0) return true;
  return pattern.endsWith("/*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

function rank(pattern) {
  if (["", "*", "*/*"].includes(pattern)) return 0;
  return pattern.endsWith("/*") ? 1 : 2;
}
