// One entry of a conversation: HTML made by the server, growing texts in it, and what stands below it.
import { GrowingText } from "growing_text";
import { rememberUse } from "kept_use";
import { skippable } from "skippable";

export class Entry {
  // `given` is what the server says of it; `icons` are HTML by the name of an action.
  constructor(given, icons) {
    this.icons = icons;
    this.article = document.createElement("article");
    this.body = document.createElement("div");
    this.foot = document.createElement("div");
    this.body.className = "entry-body";
    this.foot.className = "entry-foot";
    this.article.append(this.body, this.foot);
    this.texts = new Map(); // part → GrowingText
    this.fill(given);
  }

  fill(given) {
    const restore = this.body.firstChild ? rememberUse(this.body) : null;
    this.article.classList.remove("skippable");
    this.body.innerHTML = given.html;
    this.texts.clear();
    for (const [part, frozen, tail] of given.texts || []) {
      const at = typeof part === "number" ? `.markdown[data-part="${part}"]` : component(part);
      const holder = this.body.querySelector(at);
      if (holder) this.texts.set(part, new GrowingText(holder, frozen, tail));
    }
    restore?.();
    this.dress(given);
  }

  // Everything about an entry but its HTML: state, buttons below it, note.
  dress(given) {
    const { article, foot } = this;
    article.className = `entry entry-${given.kind}` + (article.classList.contains("skippable") ? " skippable" : "");
    article.dataset.key = given.key;
    article.dataset.testid = given.testid;
    article.dataset.status = given.status;
    if (given.item) {
      article.dataset.itemId = given.item;
      article.dataset.itemType = given.type;
    }
    if (given.mark) article.dataset.mark = given.mark;
    else delete article.dataset.mark;
    article.setAttribute("aria-label", given.label);
    if (given.status === "streaming") article.setAttribute("aria-busy", "true");
    else article.removeAttribute("aria-busy");
    foot.replaceChildren();
    if (given.note) {
      const note = document.createElement("p");
      note.className = "entry-note";
      note.textContent = given.note;
      foot.append(note);
    }
    if (given.in_widget) foot.append(this.inWidget(given.in_widget));
    const actions = document.createElement("div");
    actions.className = "entry-actions";
    for (const action of given.actions || []) actions.append(this.actionButton(action));
    foot.append(actions);
    if (given.status !== "streaming") this.finish();
  }

  // What the official widget shows instead.
  inWidget(words) {
    const line = document.createElement("p");
    line.className = "entry-note entry-in-widget";
    line.dataset.testid = "in-widget";
    line.innerHTML = this.icons.unseen || "";
    line.append(words);
    return line;
  }

  actionButton({ do: name, label, pressed, text }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = text ? "btn" : "icon-btn";
    button.title = text ? "" : label;
    if (!text) button.setAttribute("aria-label", label);
    if (pressed !== undefined) button.setAttribute("aria-pressed", String(pressed));
    button.dataset.action = JSON.stringify({ do: name });
    if (name === "retry") button.dataset.testid = "retry";
    button.innerHTML = this.icons[name] || "";
    if (text) button.append(label);
    return button;
  }

  // Replaces what stands in a place that has a name.
  replaceSlot(name, html) {
    const slot = this.body.querySelector(`[data-slot="${CSS.escape(name)}"]`);
    if (!slot) return;
    const restore = rememberUse(slot);
    slot.innerHTML = html;
    restore();
  }

  appendToComponent(id, delta) {
    this.body.querySelector(component(id))?.append(delta);
  }

  // Nothing that was pressed in it is being done any longer.
  settle() {
    for (const busy of this.article.querySelectorAll(".is-busy")) busy.classList.remove("is-busy");
  }

  finish() {
    for (const text of this.texts.values()) text.finish();
  }

  get complete() {
    return this.article.isConnected && this.article.dataset.status !== "streaming";
  }
}

// Entries that are complete and in the page may be skipped from now on.
export function measure(entries) {
  const complete = entries.filter((entry) => entry.complete);
  for (const entry of complete) entry.finish();
  skippable(complete.map(({ article }) => article));
}

function component(id) {
  return `[data-component-id="${CSS.escape(id)}"]`;
}
