// What is said of an exchange wherever it is named; `one` is its summary, as the server pushes it.
import { ms } from "numbers";

export function name(one) {
  return one.operation || `${one.method} ${one.url.replace(/^[a-z]+:\/\/[^/]+/, "").split("?")[0] || "/"}`;
}

// Of a request that was sent again because its answer failed.
export function attempt({ attempt: [number, of] }) {
  return `attempt ${number} of ${of}`;
}

export function status(one) {
  if (one.running) return one.status ?? "…";
  return one.outcome === "complete" ? (one.status ?? "–") : one.outcome;
}

// Its colour: a CSS class.
export function tone(one) {
  if (one.running) return "running";
  if (one.outcome === "cancelled") return "cancelled";
  return one.outcome === "complete" && one.status < 400 ? "ok" : "failed";
}

export function took({ running, duration }) {
  if (running) return "…";
  return duration < 10e9 ? `${ms(duration)} ms` : `${(duration / 1e9).toFixed(1)} s`;
}

export function clock({ started }) {
  return new Date(started).toLocaleTimeString("en-GB");
}
