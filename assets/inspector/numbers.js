// Numbers as the inspector shows them.
export const number = (n) => (n ?? 0).toLocaleString("en");

// Nanoseconds in milliseconds.
export function ms(ns) {
  if (ns === null || ns === undefined) return "–";
  const value = ns / 1e6;
  return value < 10 ? value.toFixed(1) : number(Math.round(value));
}

export function bytes(n) {
  return n < 10000 ? `${number(n)} B` : n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`;
}

export const counted = (count, name) => `${number(count)} ${name}${count === 1 ? "" : "s"}`;
