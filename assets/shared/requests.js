// Requests to the workbench's own routes, which want the token of this launch.
import { address } from "bridge";

// As `fetch`; `path` is below /workbench/.
export function ask(path, token, { headers, ...options } = {}) {
  return fetch(address(path), { ...options, headers: { ...headers, "X-Workbench-Token": token } });
}

// What an answer that is no success says of itself, or "".
export async function reason(response) {
  try {
    return reasonIn(await response.json());
  } catch {
    return "";
  }
}

export function reasonIn({ message, detail }) {
  return message || (typeof detail === "string" ? detail : "");
}
