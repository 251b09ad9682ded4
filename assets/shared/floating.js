// Where something that floats stands beside what it belongs to, inside the window.
const GAP = 6; // px between the two, and from the window's edge

const OPPOSITE = { top: "bottom", bottom: "top", left: "right", right: "left" };

// `side` is preferred, the opposite one taken where there is no room; `align`: "start", "center" or "end".
export function placeBeside(floating, anchor, side = "bottom", align = "start") {
  const at = anchor.getBoundingClientRect();
  const { width, height } = floating.getBoundingClientRect();
  const room = {
    top: at.top - height - GAP,
    bottom: innerHeight - at.bottom - height - GAP,
    left: at.left - width - GAP,
    right: innerWidth - at.right - width - GAP,
  };
  const chosen = room[side] < 0 && room[OPPOSITE[side]] > room[side] ? OPPOSITE[side] : side;
  const upright = chosen === "top" || chosen === "bottom";
  const [from, size, own] = upright ? [at.left, at.width, width] : [at.top, at.height, height];
  const along = { start: from, center: from + (size - own) / 2, end: from + size - own }[align];
  const left = upright ? along : chosen === "left" ? at.left - width - GAP : at.right + GAP;
  const top = upright ? (chosen === "top" ? at.top - height - GAP : at.bottom + GAP) : along;
  floating.style.left = `${within(left, innerWidth - width)}px`;
  floating.style.top = `${within(top, innerHeight - height)}px`;
}

function within(value, most) {
  return Math.max(GAP, Math.min(value, most - GAP));
}
