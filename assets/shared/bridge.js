// The one door to what NiceGUI's page keeps to itself; chat/ui/bridge.py is its other side and says why there is one.
// Nothing here is promised by NiceGUI: tests/ui/test_bridge.py says so when a new version changes it.
const KIND = "workbench"; // of the socket's messages that are ours

// Where a route of the workbench is, behind whatever prefix a proxy gives the whole page.
export function address(path) {
  return `${window.path_prefix ?? ""}/workbench/${path}`;
}

// Calls `take(method, args)` for each message that the server sends to `element`; returns a function that ends this.
export function listen(element, take) {
  let later;
  const received = ({ _id, to, call, args }) => {
    // NiceGUI counts its own kinds of messages only, and asks after a reconnect for all from this number on
    window.nextMessageId = Math.max(window.nextMessageId, _id + 1);
    if (to === element.id) take(call, args);
  };
  const begin = () => {
    if (window.socket) window.socket.on(KIND, received);
    else later = setTimeout(begin, 10); // it is made when the whole page is mounted
  };
  begin();
  return () => {
    clearTimeout(later);
    window.socket?.off(KIND, received);
  };
}
