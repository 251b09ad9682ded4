// One conversation: the newest entries as ordinary DOM, patched by numbered frames from the server.
//
// Vue renders the frame around the entries once and never touches them: an update costs what it changes. Entries come
// as HTML made by the server. Frames are numbered without gaps; a missing number asks for a resync, which sends only
// what changed since the last frame seen.
import { listen } from "bridge";
import { watchCitations } from "citation_card";
import { Entry, measure } from "entry";
import { showProblem } from "forms";
import { markTurned } from "kept_use";
import { watchImages } from "missing_images";
import { OlderEntries } from "older_entries";
import { Place } from "place";
import { ReaderActs } from "reader_acts";
import { ask } from "requests";
import { watchTags } from "tag_card";
import { AutoFocus, serveFields } from "widget_fields";

const SEEN_EVERY = 16; // frames between two receipts; the server stops sending when too many are outstanding
const RESYNC_AGAIN = 4000; // ms after which an unanswered resync is asked for again
const CALLS = ["frame", "reset", "catchUp", "notSent", "toast", "follows"]; // what the server may call

export default {
  template: `<div class="conversation">
    <div class="conversation-scroll" ref="scroll" tabindex="0" role="region" aria-label="Messages">
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
  props: {
    snapshot: Object,
    start: String,
    token: String,
    conversation: String,
    icons: Object,
    autoScroll: { type: Boolean, default: true },
  },
  emits: ["resync", "seen", "act"],

  created() {
    this.entries = new Map(); // key → Entry
    this.auto = this.autoScroll;
    this.n = -1; // number of the last frame applied
    this.resyncAt = -Infinity;
  },

  mounted() {
    const { scroll, list, column, older, latest, start } = this.$refs;
    latest.innerHTML = this.icons.latest;
    start.innerHTML = this.start || "";
    this.place = new Place(scroll, column, latest, () => this.loadOlder(), () => this.stays());
    this.older = new OlderEntries(older, list, {
      load: (before) => this.page(before),
      take: (page) => this.prepend(page),
      fail: (words) => this.toast(words),
    });
    this.acts = new ReaderActs(column, {
      act: (key, action, form) => this.act(key, action, form),
      text: (key) => this.source(key),
      unfolded: (folded) => this.unfolded(folded),
      running: () => this.$el.classList.contains("is-running"),
      toast: (words) => this.toast(words),
    });
    this.autoFocus = new AutoFocus(column);
    this.reset(this.snapshot);
    this.unwatchImages = watchImages(column, this.icons.missing);
    this.unwatchCitations = watchCitations(scroll);
    this.unwatchTags = watchTags(column, this.conversation, this.token);
    this.unserveFields = serveFields(column, this.$el);
    this.$el.addEventListener("click", (event) => {
      const summary = event.target.closest("summary");
      if (summary) markTurned(summary.parentElement);
    });
    this.place.toEnd();
    this.stopListening = listen(this.$el, (call, args) => CALLS.includes(call) && this[call](...args));
    // the page may have been mounted again with an old snapshot: ask for what has happened since
    this.askResync();
  },

  unmounted() {
    this.place?.end();
    this.unwatchImages?.();
    this.unwatchCitations?.();
    this.unwatchTags?.();
    this.unserveFields?.();
    this.stopListening?.();
  },

  methods: {
    // --- frames from the server -------------------------------------------------------------------------------------
    frame(n, ops) {
      if (n <= this.n) return; // seen already (replayed after a reconnect)
      if (n !== this.n + 1) {
        this.askResync();
        return;
      }
      this.n = n;
      const stays = this.stays(); // what comes in one frame with the answer's end was streamed, too
      const came = new Set(); // keys of what may have a field that asks for the focus
      for (const [op, ...args] of ops) {
        this["op_" + op](...args);
        if (op === "add" || op === "entry") came.add(args[0].key);
        else if (op === "slot") came.add(args[0]);
      }
      for (const key of came) this.autoFocus.look(this.entries.get(key)?.article);
      this.afterChange();
      const sent = ops.some(([op, given]) => op === "add" && given.type === "user_message");
      if (sent && this.place.following) this.place.toEnd();
      else this.place.keepUp(stays || this.stays());
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
    reset({ n, order, entries, older, edge, remembered, tail, running }) {
      this.n = n;
      this.resyncAt = -Infinity;
      this.older.more = older;
      this.older.edge = edge;
      const wanted = new Set(order);
      for (const key of [...this.entries.keys()]) if (!wanted.has(key)) this.op_remove(key);
      const changed = new Map(entries.map((given) => [given.key, given]));
      const fresh = [];
      let before = null;
      for (const key of [...order].reverse()) {
        const held = this.entries.get(key);
        const given = changed.get(key);
        if (held && given) held.fill(given);
        else if (given) fresh.push(this.make(given));
        const article = this.entries.get(key)?.article;
        if (!article) continue;
        if (article.nextElementSibling !== before || article.parentNode !== this.$refs.list)
          this.$refs.list.insertBefore(article, before);
        before = article;
      }
      measure(fresh);
      for (const entry of fresh) this.autoFocus.look(entry.article, false);
      this.op_tail(tail);
      this.op_running(running);
      this.op_remembered(remembered);
      this.afterChange();
    },

    // `thread.autoScroll` is off: what streams is not followed; what was just sent is come to all the same.
    stays() {
      return !this.auto && this.$el.classList.contains("is-running");
    },

    follows(auto) {
      this.auto = auto;
    },

    make(given) {
      const entry = new Entry(given, this.icons);
      this.entries.set(given.key, entry);
      return entry;
    },

    op_add(given, before) {
      if (this.entries.has(given.key)) {
        this.op_entry(given);
        return;
      }
      const { list } = this.$refs;
      const next = before ? this.entries.get(before)?.article : null;
      if (before && !next) return; // it belongs above what this page holds
      const last = list.lastElementChild;
      list.insertBefore(this.make(given).article, next || null);
      if (last && !next) measure([this.entries.get(last.dataset.key)]);
    },
    // So much is new that only the end of it is shown, and what is above is fetched when it is looked at.
    op_anew() {
      this.resyncAt = performance.now();
      this.$emit("resync", { n: -1, oldest: null });
    },
    op_entry(given) {
      this.entries.get(given.key)?.fill(given);
    },
    op_remove(key) {
      this.entries.get(key)?.article.remove();
      this.entries.delete(key);
    },
    op_text(key, part, keep, add, freeze) {
      this.entries.get(key)?.texts.get(part)?.patch(keep, add, freeze);
    },
    op_colour(key, part, chunk, html, done) {
      this.entries.get(key)?.texts.get(part)?.colour(chunk, html, done);
    },
    op_slot(key, name, html) {
      this.entries.get(key)?.replaceSlot(name, html);
    },
    op_widget_text(key, component, delta) {
      this.entries.get(key)?.appendToComponent(component, delta);
    },
    op_dress(dress) {
      this.entries.get(dress.key)?.dress(dress);
    },
    op_tail(html) {
      this.$refs.tail.innerHTML = html || "";
    },
    op_older(more) {
      this.older.more = more;
    },
    op_edge(edge) {
      this.older.edge = edge;
    },
    op_running(running) {
      this.$el.classList.toggle("is-running", running);
      if (!running) for (const entry of this.entries.values()) entry.settle();
    },
    op_remembered(remembered) {
      this.$el.classList.toggle("is-remembered", remembered);
    },
    op_settle(key) {
      this.entries.get(key)?.settle();
    },

    afterChange() {
      if (!this.entries.size && this.older.more) this.op_anew(); // all that was here has gone, and there is more above
      this.older.show();
      this.$refs.start.hidden = this.entries.size > 0 || this.older.more;
      if (this.older.more && !this.older.loading && this.place.wantsOlder) this.loadOlder();
    },

    // --- older entries ----------------------------------------------------------------------------------------------
    toLatest() {
      this.place.toLatest();
    },

    async loadOlder() {
      if (await this.older.fetch()) this.afterChange();
    },

    async page(before) {
      const path = `conversations/${this.conversation}/items?before=${encodeURIComponent(before)}`;
      const response = await ask(path, this.token);
      if (!response.ok) throw new Error(`the workbench answered ${response.status}`);
      return response.json();
    },

    prepend({ n, entries, older }) {
      const { list } = this.$refs;
      if (n >= this.n) this.older.more = older; // else a frame came since, which may have said otherwise
      const made = entries.filter(({ key }) => !this.entries.has(key)).map((given) => this.make(given));
      this.place.hold(list.firstElementChild, () => {
        list.prepend(...made.map(({ article }) => article));
        measure(made);
        this.older.show();
      });
    },

    // --- what the reader does ---------------------------------------------------------------------------------------
    act(key, action, form) {
      this.$emit("act", { key, action, form });
      if (["retry", "resend", "prompt"].includes(action.do)) this.toLatest();
    },

    // The text of an entry as the backend sent it; null when there is none.
    async source(key) {
      const response = await ask(`conversations/${this.conversation}/text?key=${encodeURIComponent(key)}`, this.token);
      return response.ok ? response.text() : null;
    },

    // `folded` is the entry that has become short again, if one has.
    unfolded(folded) {
      this.place.follow(false);
      folded?.scrollIntoView({ block: "nearest" });
      this.place.scrolled();
    },

    // The server did not send a form: it says why, and at which character of the text when it knows.
    notSent(key, words, at) {
      const entry = this.entries.get(key);
      const form = entry?.article.querySelector("form:has([data-problem])");
      if (!form) {
        this.toast(words);
        return;
      }
      entry.settle();
      showProblem(form, words);
      if (at === null) return;
      const field = form.querySelector("textarea");
      field.focus();
      field.setSelectionRange(at, at + 1);
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
