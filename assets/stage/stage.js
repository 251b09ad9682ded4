// The page around the official widget. It sets the options, hands every event of the widget to its session, answers
// the functions that a page has to answer, and does what the workbench asks for. It is written into stage.html as it
// is: the policy of that page lets no script in but this one and the widget's own.
const config = JSON.parse(document.getElementById("config").textContent);

// What the widget was watched to dispatch (docs/widget.md); what comes besides is noticed by its beginning.
const TOLD = `ready error log response.start response.end response.stop thread.change thread.load.start thread.load.end
  tool.change effect deeplink history.open history.close composer.submit composer.layout.change toast.show`;
const EVENTS = new Set(TOLD.split(/\s+/).map((name) => `chatkit.${name}`));
const METHODS = `focusComposer setThreadId sendCustomAction sendUserMessage setComposerValue showHistory hideHistory
  fetchUpdates`.split(/\s+/);
const FLUSH = 30; // ms in which events are gathered into one request
const LONGEST = 32_000; // characters of one event's detail that are kept
const LOAD = Number(new URLSearchParams(location.search).get("load")); // which of its page's widgets this one is

const facts = {
  script: "loading",
  defined: false,
  ready: false,
  waited: false,
  error: "",
  violations: [],
  frame: null,
};
const roots = new Map(); // shadow roots, closed ones too: whether the frame is still there can be seen in them only
const asked = new Map();
let asks = 0;
const queue = [];
let flushing = 0;
let theme = config.theme;
let element;

// --- to the session and to the workbench ---------------------------------------------------------------------------

function plain(value) {
  const known = new WeakSet();
  const text = JSON.stringify(value ?? null, (key, entry) => {
    if (entry instanceof Error) return { name: entry.name, message: entry.message };
    if (typeof entry === "bigint") return String(entry);
    if (entry && typeof entry === "object") {
      if (known.has(entry)) return "(seen above)";
      known.add(entry);
    }
    return entry;
  });
  if (text === undefined) return null;
  return text.length > LONGEST ? { cut: text.slice(0, LONGEST), characters: text.length } : JSON.parse(text);
}

function now() {
  return performance.timeOrigin + performance.now(); // ms since 1970, finer than Date.now()
}

function record(name, detail) {
  let shown;
  try {
    shown = plain(detail);
  } catch (problem) {
    shown = { unreadable: String(problem) };
  }
  queue.push({ at: now(), name, detail: shown });
  flushing ||= setTimeout(flush, FLUSH);
}

function flush() {
  clearTimeout(flushing);
  flushing = 0;
  while (queue.length) {
    const events = [];
    let size = 0;
    // a beacon takes 64 kB
    while (queue.length && (!events.length || size < LONGEST)) {
      size += JSON.stringify(queue[0]).length;
      events.push(queue.shift());
    }
    const body = new Blob([JSON.stringify({ sent: now(), events })], { type: "application/json" });
    if (!navigator.sendBeacon(config.events, body)) fetch(config.events, { method: "POST", body }).catch(() => {});
  }
}

function tell(kind, data) {
  parent.postMessage({ stage: kind, load: LOAD, ...data }, config.workbench);
}

function changed(news) {
  Object.assign(facts, news);
  tell("facts", { facts });
}

// --- what a page has to answer -------------------------------------------------------------------------------------

// The relay cannot break off before its headers as a backend does that cannot be reached: it says so, and this throws
// what `fetch` would have thrown.
async function throughRelay(input, init) {
  const response = await fetch(input, init);
  if (response.status === config.lost.status && response.headers.has(config.lost.header)) {
    throw new TypeError("Failed to fetch");
  }
  return response;
}

// A profile or a person answers in the workbench; without them, `otherwise` stands after `config.patience`.
function ask(name, value, otherwise = {}) {
  const id = ++asks;
  tell("asks", { id, name, value: plain(value) });
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => settle(id, { value: otherwise }), config.patience);
    asked.set(id, { resolve, reject, late });
  });
}

function settle(id, { value, error }) {
  const waiting = asked.get(id);
  if (!waiting) return;
  asked.delete(id);
  clearTimeout(waiting.late);
  if (error === undefined) waiting.resolve(value);
  else waiting.reject(new Error(error));
}

function clicked(action, name) {
  if (!action || typeof action !== "object") return action;
  return { ...action, onClick: () => record(`header.${name}.onClick`, null) };
}

// What a function of the page answers: `otherwise`, or what the workbench says where somebody answers it there.
async function pageSays(name, value, otherwise) {
  return config.answered.includes(name) ? ask(name, value, otherwise) : otherwise;
}

const ENTITY = { id: "workbench-example", title: "An example of the workbench", interactive: true, group: "Examples" };
const COMMAND = { id: "workbench-example", label: "An example of the workbench", group: "Examples" };

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

// Every function that the widget may call, so that nothing throws for want of one. An option of a wrong type stays as
// it is: what the frame says of it is to be seen.
function complete(options) {
  const whole = structuredClone(options);
  const api = isObject(whole.api) ? whole.api : {};
  whole.api = { domainKey: "chatkit-workbench", ...api, url: config.relay, fetch: throughRelay };
  if (whole.composer?.attachments?.enabled) whole.api.uploadStrategy ??= { type: "two_phase" };
  if (whole.theme === undefined) whole.theme = theme;
  else if (isObject(whole.theme)) whole.theme.colorScheme ??= theme;
  whole.onClientTool = (call) => (record("onClientTool", call), ask("onClientTool", call));
  if (whole.widgets === undefined || isObject(whole.widgets)) {
    whole.widgets = {
      ...whole.widgets,
      onAction: async (action, item) => {
        record("widgets.onAction", { action, item: item?.id });
        await pageSays("widgets.onAction", { action, item });
      },
    };
  }
  if (isObject(whole.header)) {
    for (const name of ["leftAction", "rightAction"]) {
      if (name in whole.header) whole.header[name] = clicked(whole.header[name], name);
    }
  }
  if (whole.entities === undefined || isObject(whole.entities)) {
    whole.entities = {
      ...whole.entities,
      onTagSearch: async (query) => {
        record("entities.onTagSearch", { query });
        return pageSays("entities.onTagSearch", { query }, [ENTITY]);
      },
      onClick: (entity) => record("entities.onClick", entity),
      onRequestPreview: async (entity) => {
        record("entities.onRequestPreview", entity);
        return pageSays("entities.onRequestPreview", entity, { preview: null });
      },
    };
  }
  if (isObject(whole.commands)) {
    whole.commands = {
      ...whole.commands,
      onSearch: async (query) => {
        record("commands.onSearch", { query });
        return pageSays("commands.onSearch", { query }, [COMMAND]);
      },
      onSelect: async (command) => {
        record("commands.onSelect", command);
        return (await pageSays("commands.onSelect", command)) ?? undefined;
      },
    };
  }
  return whole;
}

// --- what the widget says ------------------------------------------------------------------------------------------

function heard({ type, detail }) {
  record(type, detail);
  if (type === "chatkit.log" && detail?.name === "composer.ready") changed({ ready: true });
  if (type === "chatkit.error" && !facts.ready && !facts.error) {
    changed({ error: String(detail?.error?.message ?? detail?.error ?? "") || "an error without words" });
  }
  if (type === "chatkit.effect") tell("effect", { name: detail?.name, data: plain(detail?.data) });
  if (type === "chatkit.thread.change") tell("thread", { id: detail?.threadId ?? null });
}

function frameIn(place) {
  const frame = place.querySelector("iframe");
  if (frame?.src) {
    const { pathname } = new URL(frame.src, location.href);
    const name = pathname.split("/").pop();
    if (facts.frame?.name !== name || !facts.frame.there) changed({ frame: { name, there: true } });
  } else if (facts.frame?.there) {
    changed({ frame: { ...facts.frame, there: false } });
  }
}

function watchFrame() {
  const place = roots.get(element) ?? element;
  const look = () => frameIn(place);
  const changes = { childList: true, subtree: true, attributes: true, attributeFilter: ["src"] };
  new MutationObserver(look).observe(place, changes);
  look();
}

const attachShadow = Element.prototype.attachShadow;
Element.prototype.attachShadow = function attach(init) {
  const root = attachShadow.call(this, init);
  roots.set(this, root);
  return root;
};

document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
  if (facts.violations.length > 20) return;
  record("securitypolicyviolation", { directive: effectiveDirective, blocked: blockedURI });
  changed({ violations: [...facts.violations, { directive: effectiveDirective, blocked: blockedURI }] });
});

addEventListener("error", ({ message, error }) => record("page.error", { message: error ? String(error) : message }));
addEventListener("unhandledrejection", ({ reason }) => record("page.error", { message: String(reason) }));
addEventListener("pagehide", flush);

// --- what the workbench asks for -----------------------------------------------------------------------------------

async function called({ id, call, args }) {
  record(call, args.length > 1 ? args : (args[0] ?? null));
  try {
    await element[call](...args);
    tell("done", { id });
  } catch (problem) {
    tell("done", { id, error: String(problem?.message ?? problem) });
  }
}

addEventListener("message", ({ data, origin, source }) => {
  if (origin !== config.workbench || source !== parent || !isObject(data)) return;
  if (METHODS.includes(data.call) && Array.isArray(data.args)) called(data);
  else if (data.answer !== undefined) settle(data.answer, data);
  else if ((data.theme === "light" || data.theme === "dark") && data.theme !== theme) {
    theme = data.theme;
    document.documentElement.style.colorScheme = theme;
    if (facts.defined) element.setOptions(complete(config.options));
  }
});

// --- begin ---------------------------------------------------------------------------------------------------------

function begin() {
  element = document.createElement("openai-chatkit");
  const dispatch = element.dispatchEvent;
  element.dispatchEvent = (event) => {
    if (event.type.startsWith("chatkit.") && !EVENTS.has(event.type)) heard(event);
    return dispatch.call(element, event);
  };
  for (const name of EVENTS) element.addEventListener(name, heard);
  try {
    element.setOptions(complete(config.options));
  } catch (problem) {
    changed({ error: String(problem?.message ?? problem) });
  }
  document.body.append(element);
  watchFrame();
}

document.documentElement.style.colorScheme = theme;
const script = document.createElement("script");
script.src = config.script;
script.async = true;
script.onerror = () => changed({ script: "failed" });
script.onload = () => {
  changed({ script: "loaded", defined: Boolean(customElements.get("openai-chatkit")) });
  customElements.whenDefined("openai-chatkit").then(() => {
    if (!facts.defined) changed({ defined: true });
    begin();
  });
};
document.head.append(script);
setTimeout(() => !facts.ready && changed({ waited: true }), config.wait);
tell("facts", { facts });
