// Hands a text or a file to the window of this session, which shows what is in it. It goes over HTTP: the page's socket
// drops what is long. Returns why that could not be done, or "".
import { ask, reason } from "requests";

export async function explain(body, name, session, token) {
  try {
    const headers = { "X-File-Name": encodeURIComponent(name), "Content-Type": "application/octet-stream" };
    const path = `explain?session=${encodeURIComponent(session)}`;
    const answer = await ask(path, token, { method: "POST", headers, body });
    return answer.ok ? "" : (await reason(answer)) || `The workbench answered ${answer.status}.`;
  } catch {
    return "The workbench itself does not answer: is it still running?";
  }
}
