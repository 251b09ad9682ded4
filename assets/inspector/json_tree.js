// JSON, pretty printed and foldable. Lines are made when their parent is opened: a document costs what is open of it.
// Everything goes in as text nodes: whatever a backend sends stays text.
import { counted } from "numbers";
import { inPieces } from "texts";

const PAGE = 100; // children shown at a time
const LONG = 800; // characters of a string shown at first

const WORD = /^[A-Za-z_][A-Za-z0-9_]*$/;

function span(cls, text) {
  const el = document.createElement("span");
  el.className = cls;
  el.textContent = text;
  return el;
}

function more(text, act) {
  const el = document.createElement("button");
  el.type = "button";
  el.className = "jt-more";
  el.textContent = text;
  el.addEventListener("click", (e) => {
    e.stopPropagation();
    act(el);
  });
  return el;
}

function childPath(path, key) {
  if (typeof key === "number") return `${path}[${key}]`;
  return WORD.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function scalar(value) {
  if (typeof value !== "string") return span(value === null ? "jt-null" : `jt-${typeof value}`, JSON.stringify(value));
  const text = JSON.stringify(value);
  if (text.length <= LONG + 200) return span("jt-string", text);
  const el = span("jt-string", text.slice(0, LONG));
  const rest = (text.length - LONG).toLocaleString("en");
  el.append(more(`… ${rest} more characters`, () => (el.textContent = text)));
  return el;
}

// What a folded branch holds, in a few words: scalars, and the types of what lies deeper
function preview(value) {
  if (Array.isArray(value)) return counted(value.length, "element");
  const parts = [];
  let length = 0;
  for (const key of Object.keys(value)) {
    const inner = value[key];
    let text = glimpse(inner);
    if (text.length > 28) text = `${text.slice(0, 26)}…`;
    parts.push(`${key.slice(0, 24)}: ${text}`);
    length += parts.at(-1).length;
    if (length > 56 && parts.length < Object.keys(value).length) return `${parts.join(", ")}, …`;
  }
  return parts.join(", ");
}

function glimpse(value) {
  if (typeof value?.type === "string") return `{${value.type}}`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return Array.isArray(value) ? `[${value.length}]` : "{…}";
}

function node(value, key, path, level, last, options) {
  const el = document.createElement("div");
  el.className = "jt-node";
  const line = document.createElement("div");
  line.className = "jt-line";
  line.style.setProperty("--level", level);
  el.append(line);
  if (typeof key === "string") line.append(span("jt-key", JSON.stringify(key)), span("jt-mark", ": "));
  const problem = options.problems.get(path);
  if (problem) {
    line.classList.add("bad");
    line.dataset.path = path;
  }
  const comma = last ? "" : ",";
  const branch = value !== null && typeof value === "object";
  const size = branch ? (Array.isArray(value) ? value.length : Object.keys(value).length) : 0;
  if (!branch) {
    line.append(scalar(value), span("jt-mark", comma));
    if (problem) line.append(span("jt-note", `expected ${problem.expected}`));
    return el;
  }
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (!size) {
    line.append(span("jt-mark", open + close + comma));
  } else {
    line.classList.add("jt-branch");
    line.prepend(span("jt-arrow", ""));
    line.append(span("jt-mark", open), span("jt-preview", preview(value)), span("jt-mark jt-folded", close + comma));
    const children = document.createElement("div");
    children.className = "jt-children";
    const end = document.createElement("div");
    end.className = "jt-line jt-end";
    end.style.setProperty("--level", level);
    end.append(span("jt-mark", close + comma));
    el.append(children, end);
    const unfold = () => {
      if (children.firstChild) return;
      grow(children, value, path, level + 1, 0, options);
    };
    line.addEventListener("click", () => {
      if (String(getSelection())) return; // somebody is copying
      unfold();
      el.classList.toggle("open");
    });
    if (level < options.depth || options.paths.some((other) => leadsTo(path, other))) {
      unfold();
      el.classList.add("open");
    }
  }
  if (problem) line.append(span("jt-note", `expected ${problem.expected}`));
  return el;
}

function leadsTo(path, other) {
  return other.length > path.length && other.startsWith(path) && ".[".includes(other[path.length]);
}

function grow(into, value, path, level, from, options) {
  const keys = Array.isArray(value) ? null : Object.keys(value);
  const length = keys ? keys.length : value.length;
  const end = Math.min(length, from + PAGE);
  for (let i = from; i < end; i++) {
    const key = keys ? keys[i] : i;
    into.append(node(value[key], key, childPath(path, key), level, i === length - 1, options));
  }
  if (end < length) {
    const line = document.createElement("div");
    line.className = "jt-line";
    line.style.setProperty("--level", level);
    line.append(
      more(`… ${(length - end).toLocaleString("en")} more`, () => {
        line.remove();
        grow(into, value, path, level, end, options);
      }),
    );
    into.append(line);
  } else if (from === 0 && keys) {
    // what is missing is shown where it belongs
    for (const [missing, problem] of options.problems) {
      const key = missing.startsWith(path + ".") ? missing.slice(path.length + 1) : "";
      if (!WORD.test(key) || key in value) continue;
      const line = document.createElement("div");
      line.className = "jt-line bad missing";
      line.dataset.path = missing;
      line.style.setProperty("--level", level);
      line.append(span("jt-key", JSON.stringify(key)), span("jt-note", `missing · expected ${problem.expected}`));
      into.append(line);
    }
  }
}

// `problems` = [{path, expected, got}] are marked at their places, and what leads to them is opened.
function jsonTree(value, { depth = 3, problems = [] } = {}) {
  const el = document.createElement("div");
  el.className = "jt";
  const byPath = new Map(problems.map((p) => [p.path, p]));
  el.append(node(value, null, "$", 0, true, { depth, problems: byPath, paths: [...byPath.keys()] }));
  return el;
}

// For templates: <json-tree :text="…">. Text that is not JSON is shown as it is. What the reader has folded stays
// folded only as long as the text is the same.
export const JsonTree = {
  template: `<div class="jt-host"></div>`,
  props: { text: String, problems: { type: Array, default: () => [] }, depth: { type: Number, default: 3 } },
  mounted() {
    this.draw();
  },
  watch: {
    text() {
      this.draw();
    },
  },
  methods: {
    draw() {
      let content;
      try {
        content = jsonTree(JSON.parse(this.text), { depth: this.depth, problems: this.problems });
      } catch {
        content = document.createElement("pre");
        content.className = "raw";
        const pieces = inPieces(this.text);
        content.append(...pieces.map((piece) => span(pieces.length > 1 ? "raw-piece" : "", piece)));
      }
      this.$el.replaceChildren(content);
    },
  },
};
