// What is wrong with one exchange, and what the official widget does with it: above the tabs of the inspector, so that
// the events stay in view below it. Fetched when it is open and has changed, never while it is folded.
import { FindingCard } from "finding";

const FOLDED = "workbench.findings.folded";
const EVERY = 500; // ms between two looks while the stream runs
const LEVELS = ["error", "warning", "note"];

export default {
  components: { FindingCard },
  template: `
<section class="findings" data-testid="findings" :class="{ folded }" aria-label="Findings">
  <p v-if="doc" class="fi-eye" data-testid="widget-eye" :data-certainty="doc.view.certainty"
    ><i v-html="icons['scan-eye']"></i><span v-html="doc.view.line"></span></p>
  <header class="fi-head">
    <button type="button" class="in-fold" :aria-expanded="!folded" @click="fold"
      ><i class="in-chevron" :class="{ open: !folded }" v-html="icons['chevron-right']"></i>
      <span>Findings</span></button>
    <span class="fi-counts"
      ><b v-for="one in counts" :key="one.level" :class="'is-' + one.level" :data-level="one.level"
          data-testid="findings-count"><i class="fi-dot"></i>{{ one.words }}</b>
      <em v-if="!counts.length && doc">{{ doc.running ? 'none so far' : 'none' }}</em></span>
    <span class="fi-links"
      ><button v-if="doc && doc.passed && doc.streaming && !folded" type="button" class="in-link"
               data-testid="blank-all-the-same" @click="$emit('checklist')">Blank all the same?</button>
    <button v-if="reports && doc && !doc.running && !folded && (doc.streaming || counts.length)" type="button"
            class="in-link" data-testid="open-report" title="A page of its own, to save or to send"
            @click="$emit('report')">Open as report</button></span>
  </header>
  <div v-if="!folded && doc && doc.findings.length" class="fi-list">
    <finding-card v-for="one in doc.findings" :key="one.key" :one="one" :open="isOpen(one)" :icons="icons"
                  :link="link && (() => link({ exchange: exchange.id, finding: one.id }))" @toggle="toggle(one)"
                  @event="(...place) => $emit('event', ...place)"></finding-card>
    <p v-if="doc.left_out" class="fi-none"
      >{{ doc.left_out.toLocaleString('en') }} more of the same kinds are left out.</p>
    <p v-if="doc.could_not_run.length" class="fi-none"
      >The workbench could not judge: {{ doc.could_not_run.join(', ') }}.</p>
  </div>
</section>`,
  props: { exchange: Object, load: Function, icons: Object, shown: Boolean, reports: Boolean, position: Number,
    wanted: String, // the rule whose finding is to be opened
    link: Function },
  emits: ["event", "report", "checklist", "opened"],
  data() {
    return { doc: null, folded: localStorage.getItem(FOLDED) === "1", opened: {} };
  },
  computed: {
    counts() {
      return LEVELS.map((level, i) => ({ level, count: this.exchange.findings?.[i] ?? 0 }))
        .filter((one) => one.count)
        .map((one) => ({ ...one, words: `${one.count} ${one.level}${one.count === 1 ? "" : "s"}` }));
    },
    what() {
      const { id, revision, running, status } = this.exchange;
      return [id, revision, running, status, this.folded, this.shown, this.position].join("\n");
    },
  },
  watch: {
    what: { handler: "soon", immediate: true },
    position() {
      this.moved = true; // the line about the widget is another one, whether or not the list is folded
    },
    wanted: "reveal",
    doc: "reveal",
    "exchange.id"() {
      this.doc = null;
      this.opened = {};
      this.fetched = 0;
    },
  },
  unmounted() {
    clearTimeout(this.later);
  },
  methods: {
    // The line about the widget is there even when the list is folded: it is fetched once then, not with every finding.
    soon() {
      const settled = this.doc && !this.exchange.running && !this.doc.running && !this.moved;
      if (!this.shown || (this.folded && settled)) return;
      if (this.folded && this.exchange.running) return;
      // What has ended is asked for once more, at once: the pause is for what still grows.
      const due = this.exchange.running ? (this.fetched ?? 0) + (this.pause ?? EVERY) : 0;
      clearTimeout(this.later);
      this.later = setTimeout(() => this.fetch(), Math.max(0, due - Date.now()));
    },
    async fetch() {
      this.later = null;
      if (!this.shown) return; // folded away meanwhile
      this.fetched = Date.now();
      this.moved = false;
      const { id } = this.exchange;
      const got = await this.load(id);
      this.pause = Math.max(EVERY, 8 * (Date.now() - this.fetched)); // of a long stream it is asked less often
      const older = got && got.revision < this.doc?.revision; // a slow answer may come behind the next one
      if (got && id === this.exchange.id && !older) this.doc = got;
    },
    // What a link leads to is opened and brought into view, once.
    reveal() {
      if (!this.wanted) this.shownOnce = "";
      const found = this.doc?.findings.find((one) => one.id === this.wanted);
      if (!found || this.wanted === this.shownOnce) return;
      this.shownOnce = this.wanted;
      this.folded = false;
      this.opened = { ...this.opened, [found.key]: true };
      this.$nextTick(() => {
        const cards = [...this.$el.querySelectorAll("[data-rule-id]")];
        const card = cards.find((one) => one.dataset.ruleId === found.id);
        card?.scrollIntoView({ block: "start" });
        card?.querySelector(".fi-row").focus({ preventScroll: true });
      });
    },
    fold() {
      this.folded = !this.folded;
      localStorage.setItem(FOLDED, this.folded ? "1" : "0");
    },
    // The first one is open until the reader says otherwise: its fix is what most people come for.
    isOpen(one) {
      return this.opened[one.key] ?? (one === this.doc.findings[0] && one.level !== "note");
    },
    toggle(one) {
      this.opened = { ...this.opened, [one.key]: !this.isOpen(one) };
      if (this.opened[one.key]) this.$emit("opened", one.id);
    },
  },
};
