// One conversation: the newest entries as ordinary DOM, patched by numbered frames from the server.
//
// Vue renders the frame around the entries once and never touches them: an update costs what it changes. Entries come
// as HTML made by the server. Frames are numbered without gaps; a missing number asks for a resync, which sends only
// what changed since the last frame seen.
import { watchImages } from "missing_images";

const CHUNK = 8000; // characters of finished HTML per block which the browser may skip while it is off screen
const BUNDLE = 12; // chunks which it skips together: what it watches one by one costs a little in every frame
const NEAR_END = 48; // px from the end that still count as "at the end"
const LOAD_AHEAD = 1500; // px above the screen at which older entries are fetched
const SEEN_EVERY = 16; // frames between two receipts; the server stops sending when too many are outstanding
const EDGE = {
  "": "",
  fetching: "Older messages",
  loading: "Older messages are still being loaded",
  missing: "Older messages could not be loaded",
};
const RESYNC_AGAIN = 4000; // ms after which an unanswered resync is asked for again

const TAG = /<(\/?)([a-zA-Z][\w-]*)(?:"[^"]*"|'[^']*'|[^"'>])*>/g;
const VOID = new Set(["br", "hr", "img", "input", "wbr", "col"]);

// The growing text of one part: finished chunks, and a tail that still changes.
export class GrowingText {
  constructor(holder, frozen, tail) {
    this.chunks = document.createElement("div");
    this.tail = document.createElement("div");
    this.chunks.className = "md-chunks";
    this.tail.className = "md-tail";
    holder.replaceChildren(this.chunks, this.tail);
    this.restart();
    this.patch(0, frozen + tail, frozen.length);
  }

  restart() {
    this.chunks.replaceChildren();
    this.chunk = null;
    this.html = "";
    this.fill = CHUNK;
  }

  patch(keep, add, freeze) {
    if (keep < 0) this.restart();
    const dropped = this.html.slice(Math.max(keep, 0));
    let html = this.html.slice(0, Math.max(keep, 0)) + add;
    if (!freeze && this.html && this.extend(dropped, add)) {
      this.html = html;
      return;
    }
    if (freeze > 0) {
      this.freeze(html.slice(0, freeze));
      html = html.slice(freeze);
    }
    this.html = html;
    this.tail.innerHTML = html;
  }

  // Mostly a patch changes the last words and what follows, in front of the closing tags: then only that is done, and
  // what stands (a long table, a selection) stays. False: nothing was done, the tail must be made anew.
  extend(dropped, add) {
    const [, words, closing] = /^([^<&]*)((?:<\/[a-z][\w-]*>\s*)*)$/i.exec(dropped) ?? [];
    if (closing === undefined || !add.endsWith(closing)) return false;
    let node = this.tail;
    for (const [, , name] of [...closing.matchAll(TAG)].reverse()) {
      node = node.lastElementChild;
      if (node?.localName !== name.toLowerCase() || node.namespaceURI !== this.tail.namespaceURI) return false;
    }
    const last = node.lastChild;
    if (words && !(last?.nodeType === Node.TEXT_NODE && last.data.endsWith(words))) return false;
    // cut what is new where it closes an element that was open before
    const news = add.slice(0, add.length - closing.length);
    const parts = [];
    let depth = 0;
    let from = 0;
    for (const tag of news.matchAll(TAG)) {
      const name = tag[2].toLowerCase();
      if (VOID.has(name)) continue;
      if (!tag[1]) depth += 1;
      else if (depth > 0) depth -= 1;
      else {
        if (node === this.tail || node.localName !== name) return false;
        parts.push([node, news.slice(from, tag.index)]);
        node = node.parentElement;
        from = tag.index + tag[0].length;
      }
    }
    parts.push([node, news.slice(from)]);
    if (words) last.deleteData(last.length - words.length, words.length);
    for (const [at, html] of parts) {
      if (!html) continue;
      if (html.includes("<") || html.includes("&")) at.insertAdjacentHTML("beforeend", html);
      else if (at.lastChild?.nodeType === Node.TEXT_NODE) at.lastChild.appendData(html);
      else at.append(html);
    }
    return true;
  }

  freeze(html) {
    if (html.length <= CHUNK) {
      if (this.fill >= CHUNK) this.nextChunk();
      this.chunk.insertAdjacentHTML("beforeend", html);
      this.fill += html.length;
      return;
    }
    // a whole answer at once: block by block
    const template = document.createElement("template");
    template.innerHTML = html;
    for (const node of [...template.content.childNodes]) {
      if (this.fill >= CHUNK) this.nextChunk();
      this.fill += node.outerHTML?.length ?? node.length;
      this.chunk.append(node);
    }
  }

  nextChunk() {
    let bundle = this.chunks.lastElementChild;
    if (this.chunk) skippable([this.chunk]);
    if (!bundle || bundle.childElementCount === BUNDLE) {
      if (bundle) skippable([bundle]);
      bundle = document.createElement("div");
      bundle.className = "md-bundle";
      this.chunks.append(bundle);
    }
    this.chunk = document.createElement("div");
    this.chunk.className = "md-chunk";
    bundle.append(this.chunk);
    this.fill = 0;
  }

  finish() {
    if (this.html || !this.chunk) return;
    this.chunk.classList.add("is-last");
    if (this.chunks.isConnected) skippable([...this.chunks.querySelectorAll(".md-chunk, .md-bundle")]);
  }
}

// Lets the browser skip elements while they are off screen, at their real height: nothing jumps when one comes into
// view. One layout for all: first everything is read, then written.
function skippable(elements) {
  const heights = elements.map((element) => (element.classList.contains("skippable") ? 0 : contentHeight(element)));
  elements.forEach((element, i) => {
    if (!heights[i]) return;
    element.style.containIntrinsicSize = `auto ${heights[i]}px`;
    element.classList.add("skippable");
  });
}

// What `contain-intrinsic-size` stands for: the height without the element's own padding.
function contentHeight(element) {
  const { paddingTop, paddingBottom } = getComputedStyle(element);
  return element.getBoundingClientRect().height - parseFloat(paddingTop) - parseFloat(paddingBottom);
}

// What the reader has done inside an entry (folded, typed, focused), kept while its HTML is replaced.
function rememberUse(root) {
  // only what the reader has folded or unfolded: a workflow that ends folds itself
  const turned = [...root.querySelectorAll("details")].map((details) => ("turned" in details.dataset ? details.open : null));
  const fields = [...root.querySelectorAll("input[name], textarea[name], select[name]")].map((field) => ({
    key: `${field.name}\n${field.type === "radio" || field.type === "checkbox" ? field.value : ""}`,
    value: field.value,
    checked: field.checked,
    changed: field.checked !== field.defaultChecked || field.value !== field.defaultValue,
    focused: field === document.activeElement,
  }));
  return () => {
    root.querySelectorAll("details").forEach((details, i) => {
      if ((turned[i] ?? null) === null) return;
      details.open = turned[i];
      details.dataset.turned = "";
    });
    const byKey = new Map(fields.map((field) => [field.key, field]));
    for (const field of root.querySelectorAll("input[name], textarea[name], select[name]")) {
      const was = byKey.get(`${field.name}\n${field.type === "radio" || field.type === "checkbox" ? field.value : ""}`);
      if (!was) continue;
      if (was.changed && field.type !== "file") {
        if (field.type === "radio" || field.type === "checkbox") field.checked = was.checked;
        else field.value = was.value;
      }
      if (was.focused) field.focus({ preventScroll: true });
    }
  };
}

// The values of a form by field name; several fields of one name give a list. A checkbox without a value is true or
// false. A field that goes with a choice ("another answer") counts only when that choice is taken.
function formValues(form) {
  const values = {};
  for (const field of form.querySelectorAll("input[name], textarea[name], select[name]")) {
    const { name, type } = field;
    if (field.disabled || type === "file") continue;
    if (type === "checkbox" && !field.hasAttribute("value")) {
      values[name] = field.checked;
      continue;
    }
    let value = field.value;
    if (type === "checkbox") value = field.checked ? [value] : [];
    else if (type === "radio" && !field.checked) continue;
    else if (field.multiple && field.selectedOptions) value = [...field.selectedOptions].map((option) => option.value);
    else if ("withChoice" in field.dataset && !choiceOf(field)?.checked) continue;
    values[name] = name in values ? [].concat(values[name], value) : value;
  }
  return values;
}

function choiceOf(field) {
  return field.parentElement.querySelector("input[type=radio], input[type=checkbox]");
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.cssText = "position:fixed;opacity:0";
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) throw new Error("the browser refused");
  }
}

export default {
  template: `<div class="conversation">
    <div class="conversation-scroll" ref="scroll" tabindex="0" aria-label="Messages">
      <div class="conversation-column" ref="column">
        <div class="conversation-older" ref="older" data-testid="older-messages" hidden></div>
        <div class="conversation-start" ref="start" hidden></div>
        <div class="conversation-list" ref="list" role="log" aria-live="polite" aria-relevant="additions"></div>
        <div class="conversation-tail" ref="tail" aria-live="polite"></div>
      </div>
    </div>
    <button type="button" class="conversation-latest" ref="latest" hidden aria-label="Jump to the latest message"
      @click="toLatest"></button>
    <div class="conversation-toast" ref="toast" role="status" hidden></div>
  </div>`,
  props: { snapshot: Object, start: String, token: String, conversation: String, icons: Object },
  emits: ["resync", "seen", "act"],

  created() {
    this.entries = new Map(); // key → {article, body, texts: Map(part → GrowingText)}
    this.n = -1; // number of the last frame applied
    this.following = true;
    this.older = false; // the server has older entries
    this.edge = ""; // what is above its first: "" nothing, "loading", or "missing"
    this.loading = null;
    this.lastTop = 0;
    this.resyncAt = -Infinity;
  },

  mounted() {
    const { scroll, list, column, latest, start } = this.$refs;
    latest.innerHTML = this.icons.latest;
    start.innerHTML = this.start || "";
    this.reset(this.snapshot);
    this.observer = new ResizeObserver(() => this.following && this.toEnd());
    this.observer.observe(column);
    this.observer.observe(scroll);
    scroll.addEventListener("scroll", () => this.onScroll(), { passive: true });
    scroll.addEventListener("wheel", (event) => event.deltaY < 0 && this.letGo(), { passive: true });
    scroll.addEventListener("touchmove", () => this.letGo(), { passive: true });
    scroll.addEventListener("keydown", (event) => {
      if (event.target === scroll && ["PageUp", "ArrowUp", "Home"].includes(event.key)) this.letGo();
    });
    this.unwatchImages = watchImages(column, this.icons.missing);
    column.addEventListener("click", (event) => this.onClick(event));
    column.addEventListener("submit", (event) => this.onSubmit(event));
    column.addEventListener("input", ({ target }) => {
      this.showProblem(target.closest("form"), "");
      const choice = "withChoice" in target.dataset && target.value ? choiceOf(target) : null;
      if (choice) choice.checked = true;
    });
    column.addEventListener("change", ({ target }) => {
      const action = target.dataset.onChange; // a widget's field that acts when its value changes
      if (action) this.act(target, target.closest("form") || target.parentElement, action);
    });
    column.addEventListener("keydown", (event) => {
      if (event.target.getAttribute("role") !== "button" || !["Enter", " "].includes(event.key)) return;
      event.preventDefault();
      event.target.click();
    });
    this.$el.addEventListener("click", (event) => {
      const summary = event.target.closest("summary");
      if (summary) summary.parentElement.dataset.turned = "";
    });
    this.toEnd();
    this.listen();
    // the page may have been mounted again with an old snapshot: ask for what has happened since
    this.askResync();
  },

  unmounted() {
    this.observer?.disconnect();
    this.unwatchImages?.();
    window.socket?.off("conversation", this.received);
    this.received = null;
  },

  methods: {
    // --- frames from the server -----------------------------------------------------------------------------------
    listen() {
      if (this.received === null) return; // unmounted
      if (!window.socket) return setTimeout(() => this.listen(), 10); // made when the whole page is mounted
      this.received = ({ _id, to, call, args }) => {
        window.nextMessageId = Math.max(window.nextMessageId, _id + 1); // for NiceGUI's replay after a reconnect
        if (`c${to}` === this.$el.id) this[call](...args);
      };
      window.socket.on("conversation", this.received);
    },

    frame(n, ops) {
      if (n <= this.n) return; // seen already (replayed after a reconnect)
      if (n !== this.n + 1) return this.askResync();
      this.n = n;
      for (const [op, ...args] of ops) this["op_" + op](...args);
      this.afterChange();
      if (this.following) this.toEnd();
      if (n % SEEN_EVERY === 0) this.$emit("seen", n);
    },

    askResync() {
      const now = performance.now();
      if (now - this.resyncAt < RESYNC_AGAIN) return;
      this.resyncAt = now;
      const oldest = this.$refs.list.firstElementChild;
      this.$emit("resync", { n: this.n, oldest: oldest ? oldest.dataset.key : null });
    },

    // The server has stopped sending because this page fell behind.
    catchUp() {
      this.resyncAt = -Infinity;
      this.askResync();
    },

    // `order`: every key from the oldest one held; `entries`: those which changed since the frame we last saw.
    reset({ n, order, entries, older, edge, tail, running }) {
      this.n = n;
      this.resyncAt = -Infinity;
      this.older = older;
      this.edge = edge;
      const wanted = new Set(order);
      for (const key of [...this.entries.keys()]) if (!wanted.has(key)) this.op_remove(key);
      const changed = new Map(entries.map((entry) => [entry.key, entry]));
      const fresh = [];
      let before = null;
      for (const key of [...order].reverse()) {
        const held = this.entries.get(key);
        const entry = changed.get(key);
        if (held && entry) this.fill(held, entry);
        else if (entry) fresh.push(this.make(entry));
        const article = this.entries.get(key)?.article;
        if (!article) continue;
        if (article.nextElementSibling !== before || article.parentNode !== this.$refs.list)
          this.$refs.list.insertBefore(article, before);
        before = article;
      }
      this.measure(fresh);
      this.op_tail(tail);
      this.op_running(running);
      this.afterChange();
    },

    op_add(entry, before) {
      if (this.entries.has(entry.key)) return this.op_entry(entry);
      const next = before ? this.entries.get(before)?.article : null;
      if (before && !next) return; // it belongs above what this page holds
      const last = this.$refs.list.lastElementChild;
      const made = this.make(entry);
      this.$refs.list.insertBefore(made.article, next || null);
      if (last && !next) this.measure([this.entries.get(last.dataset.key)]);
    },
    op_entry(entry) {
      const held = this.entries.get(entry.key);
      if (held) this.fill(held, entry);
    },
    op_remove(key) {
      this.entries.get(key)?.article.remove();
      this.entries.delete(key);
    },
    op_text(key, part, keep, add, freeze) {
      this.entries.get(key)?.texts.get(part)?.patch(keep, add, freeze);
    },
    op_slot(key, name, html) {
      const slot = this.entries.get(key)?.body.querySelector(`[data-slot="${CSS.escape(name)}"]`);
      if (!slot) return;
      const restore = rememberUse(slot);
      slot.innerHTML = html;
      restore();
    },
    op_widget_text(key, component, delta) {
      const at = this.entries.get(key)?.body.querySelector(`[data-component-id="${CSS.escape(component)}"]`);
      at?.append(delta);
    },
    op_dress(dress) {
      const held = this.entries.get(dress.key);
      if (held) this.dress(held, dress);
    },
    op_tail(html) {
      this.$refs.tail.innerHTML = html || "";
    },
    op_older(older) {
      this.older = older;
    },
    op_edge(edge) {
      this.edge = edge;
    },
    op_running(running) {
      this.$el.classList.toggle("is-running", running);
      if (!running) for (const busy of this.$refs.list.querySelectorAll(".is-busy")) busy.classList.remove("is-busy");
    },
    op_settle(key) {
      const held = this.entries.get(key);
      if (held) for (const busy of held.article.querySelectorAll(".is-busy")) busy.classList.remove("is-busy");
    },
    op_toast(text) {
      this.toast(text);
    },

    // --- entries --------------------------------------------------------------------------------------------------
    make(entry) {
      const article = document.createElement("article");
      const body = document.createElement("div");
      const foot = document.createElement("div");
      body.className = "entry-body";
      foot.className = "entry-foot";
      article.append(body, foot);
      const held = { article, body, foot, texts: new Map() };
      this.entries.set(entry.key, held);
      this.fill(held, entry);
      return held;
    },

    fill(held, entry) {
      const restore = held.body.firstChild ? rememberUse(held.body) : null;
      held.article.classList.remove("skippable");
      held.body.innerHTML = entry.html;
      held.texts.clear();
      for (const [part, frozen, tail] of entry.texts || []) {
        const at = typeof part === "number" ? `.markdown[data-part="${part}"]` : `[data-component-id="${CSS.escape(part)}"]`;
        const holder = held.body.querySelector(at);
        if (holder) held.texts.set(part, new GrowingText(holder, frozen, tail));
      }
      restore?.();
      this.dress(held, entry);
    },

    // Everything about an entry but its HTML: state, buttons below it, note.
    dress(held, entry) {
      const { article, foot } = held;
      article.className = `entry entry-${entry.kind}` + (article.classList.contains("skippable") ? " skippable" : "");
      article.dataset.key = entry.key;
      article.dataset.testid = entry.testid;
      article.dataset.status = entry.status;
      if (entry.item) {
        article.dataset.itemId = entry.item;
        article.dataset.itemType = entry.type;
      }
      if (entry.mark) article.dataset.mark = entry.mark;
      else delete article.dataset.mark;
      article.setAttribute("aria-label", entry.label);
      if (entry.status === "streaming") article.setAttribute("aria-busy", "true");
      else article.removeAttribute("aria-busy");
      foot.replaceChildren();
      if (entry.note) {
        const note = document.createElement("p");
        note.className = "entry-note";
        note.textContent = entry.note;
        foot.append(note);
      }
      const actions = document.createElement("div");
      actions.className = "entry-actions";
      for (const action of entry.actions || []) actions.append(this.actionButton(action, entry));
      foot.append(actions);
      if (entry.status !== "streaming") {
        for (const text of held.texts.values()) text.finish();
      }
    },

    actionButton({ do: name, label, pressed, text }, entry) {
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
    },

    // Entries that are complete and in the page may be skipped from now on.
    measure(entries) {
      const complete = entries.filter(({ article }) => article.isConnected && article.dataset.status !== "streaming");
      for (const { texts } of complete) for (const text of texts.values()) text.finish();
      skippable(complete.map(({ article }) => article));
    },

    afterChange() {
      this.showEdge();
      this.$refs.start.hidden = this.entries.size > 0 || this.older;
      if (!this.older || this.loading) return;
      // the reader waits for them already, or cannot scroll to where they are
      const { scroll } = this.$refs;
      if (this.following ? scroll.scrollHeight <= scroll.clientHeight : this.lastTop < LOAD_AHEAD) this.loadOlder();
    },

    // The line above the oldest entry, which the reader sees who scrolls up faster than older ones come.
    showEdge() {
      const at = this.$refs.older;
      const state = this.older ? "fetching" : this.edge;
      if (at.dataset.state === state) return;
      at.dataset.state = state;
      at.hidden = !state;
      at.innerHTML = state && state !== "missing" ? '<span class="spinner"></span>' : "";
      at.append(EDGE[state]);
    },

    // --- scrolling ------------------------------------------------------------------------------------------------
    toEnd() {
      const scroll = this.$refs.scroll;
      scroll.scrollTop = scroll.scrollHeight;
      this.lastTop = scroll.scrollTop;
    },
    letGo() {
      const { scroll } = this.$refs;
      if (scroll.scrollHeight > scroll.clientHeight + 1) this.setFollowing(false);
    },
    toLatest() {
      this.setFollowing(true);
      this.toEnd();
    },
    setFollowing(following) {
      this.following = following;
      this.$refs.latest.hidden = following;
    },
    onScroll() {
      const scroll = this.$refs.scroll;
      const top = scroll.scrollTop;
      const gap = scroll.scrollHeight - top - scroll.clientHeight;
      if (gap <= NEAR_END) {
        if (!this.following && top >= this.lastTop) this.setFollowing(true);
      } else if (top < this.lastTop - 1) {
        this.setFollowing(false);
      }
      this.lastTop = top;
      if (top < LOAD_AHEAD && !this.following) this.loadOlder();
    },

    async loadOlder() {
      const first = this.$refs.list.firstElementChild;
      if (!this.older || this.loading || !first) return;
      const before = first.dataset.key;
      const url = `${window.path_prefix || ""}/workbench/conversations/${this.conversation}/items`;
      this.loading = fetch(`${url}?before=${encodeURIComponent(before)}`, {
        headers: { "X-Workbench-Token": this.token },
      });
      try {
        const response = await this.loading;
        if (!response.ok) throw new Error(`the workbench answered ${response.status}`);
        const page = await response.json();
        if (this.$refs.list.firstElementChild?.dataset.key === before) this.prepend(page);
      } catch (error) {
        this.toast(`Older messages could not be loaded: ${error.message}`);
        this.older = false;
        setTimeout(() => (this.older = true), 3000);
      } finally {
        this.loading = null;
      }
      this.afterChange();
    },

    prepend({ n, entries, older }) {
      const { scroll, list } = this.$refs;
      const anchor = list.firstElementChild;
      if (n >= this.n) this.older = older; // else a frame came since, which may have said otherwise
      const made = entries.filter((entry) => !this.entries.has(entry.key)).map((entry) => this.make(entry));
      scroll.style.overflowAnchor = "none"; // the browser's own anchoring would correct a second time
      const was = anchor ? anchor.getBoundingClientRect().top : 0;
      list.prepend(...made.map((entry) => entry.article));
      this.measure(made);
      this.showEdge();
      if (anchor) scroll.scrollTop += anchor.getBoundingClientRect().top - was;
      this.lastTop = scroll.scrollTop;
      requestAnimationFrame(() => (scroll.style.overflowAnchor = ""));
    },

    // --- what the reader does -------------------------------------------------------------------------------------
    onSubmit(event) {
      const form = event.target.closest("form");
      if (!form) return;
      event.preventDefault();
      // Enter in a field: the button that would be pressed, else the form's own action
      const pressed = event.submitter?.closest("[data-action]") || form.querySelector("button[type=submit][data-action]");
      this.act(pressed || form, form);
    },
    onClick(event) {
      const at = event.target.closest("[data-action]");
      if (!at || at.tagName === "FORM" || at.disabled || at.getAttribute("aria-disabled") === "true") return;
      const form = at.closest("form");
      if (form && at.type === "submit") return; // the submit event follows, after the browser's validation
      if (at.tagName === "A") event.preventDefault();
      if (form && at.tagName === "BUTTON" && "validate" in at.dataset && !form.reportValidity()) return;
      this.act(at, form);
    },

    act(at, form, json = at.dataset.action) {
      if (!json) return;
      let action;
      try {
        action = JSON.parse(json);
      } catch {
        return;
      }
      const key = at.closest(".entry")?.dataset.key ?? null;
      if (action.do === "unfold") return this.unfold(at);
      if (action.do === "copy-code") return this.copyCode(at);
      if (action.do === "copy") return this.copyEntry(at, key);
      if (action.do === "widget-action" && this.isBlocked(action)) return this.toast("Wait until the answer is complete");
      this.showBusy(at, action);
      this.$emit("act", { key, action, form: form ? formValues(form) : {} });
      if (["retry", "resend", "prompt"].includes(action.do)) this.toLatest();
    },

    // A long message of one's own, shown whole or folded again; what is being read stays where it is.
    unfold(at) {
      const open = at.parentElement.classList.toggle("is-unfolded");
      at.setAttribute("aria-expanded", String(open));
      at.textContent = open ? "Show less" : "Show all";
      this.setFollowing(false);
      if (!open) at.closest(".entry").scrollIntoView({ block: "nearest" });
      this.onScroll();
    },

    // The server did not send a form: it says why, and at which character of the text when it knows.
    notSent(key, words, at) {
      const form = this.entries.get(key)?.article.querySelector("form:has([data-problem])");
      if (!form) return this.toast(words);
      this.op_settle(key);
      this.showProblem(form, words);
      if (at === null) return;
      const field = form.querySelector("textarea");
      field.focus();
      field.setSelectionRange(at, at + 1);
    },
    showProblem(form, words) {
      const problem = form?.querySelector("[data-problem]");
      if (!problem) return;
      problem.textContent = words;
      for (const element of [problem, ...form.querySelectorAll("[data-after-problem]")]) element.hidden = !words;
    },

    isBlocked(action) {
      return this.$el.classList.contains("is-running") && action.action?.streaming !== false && action.action?.handler !== "client";
    },

    showBusy(at, action) {
      if (!["widget-action", "tool-output", "structured-input", "retry", "resend"].includes(action.do)) return;
      if (action.action?.handler === "client") return;
      const how = action.action?.loadingBehavior || "auto";
      if (how === "none" || (how === "auto" && at.tagName === "SELECT")) return;
      (how === "container" ? at.closest(".widget, form") || at : at).classList.add("is-busy");
    },

    copyCode(at) {
      let block = at.parentElement;
      while (block && !block.querySelector("pre")) block = block.parentElement;
      if (block) this.copied(at, Promise.resolve(block.querySelector("pre").textContent));
    },
    copyEntry(at, key) {
      const url = `${window.path_prefix || ""}/workbench/conversations/${this.conversation}/text`;
      const text = fetch(`${url}?key=${encodeURIComponent(key)}`, { headers: { "X-Workbench-Token": this.token } }).then(
        (response) => (response.ok ? response.text() : at.closest(".entry").querySelector(".entry-body").innerText),
      );
      this.copied(at, text);
    },
    async copied(at, text) {
      try {
        await copyText(await text);
      } catch (error) {
        return this.toast(`Could not copy: ${error.message}`);
      }
      const label = at.getAttribute("aria-label");
      const words = at.firstElementChild ? null : at.textContent;
      at.classList.add("is-copied");
      if (words) at.textContent = "Copied";
      else at.setAttribute("aria-label", "Copied");
      setTimeout(() => {
        at.classList.remove("is-copied");
        if (words) at.textContent = words;
        else if (label) at.setAttribute("aria-label", label);
      }, 1600);
    },

    toast(text) {
      const toast = this.$refs.toast;
      toast.textContent = text;
      toast.hidden = false;
      clearTimeout(this.toastTimer);
      this.toastTimer = setTimeout(() => (toast.hidden = true), 4000);
    },
  },
};
