// What is wrong with one exchange, and what the official widget does with it: above the tabs of the inspector, so that
// the events stay in view below it. Fetched when it is open and has changed, never while it is folded.
const FOLDED = "workbench.findings.folded";
const EVERY = 500; // ms between two looks while the stream runs
const PLACES = 6; // evidence links shown at first
const LEVELS = ["error", "warning", "note"];

export default {
  template: `
<section class="findings" data-testid="findings" :class="{ folded }" aria-label="Findings">
  <p v-if="doc" class="fi-eye" data-testid="widget-eye" :data-certainty="doc.view.certainty"><i v-html="icons['scan-eye']"></i><span v-html="doc.view.line"></span></p>
  <header class="fi-head">
    <button type="button" class="in-fold" :aria-expanded="!folded" @click="fold"><i class="in-chevron" :class="{ open: !folded }" v-html="icons['chevron-right']"></i>
      <span>Findings</span></button>
    <span class="fi-counts"><b v-for="one in counts" :key="one.level" :class="'is-' + one.level" :data-level="one.level" data-testid="findings-count"><i class="fi-dot"></i>{{ one.words }}</b>
      <em v-if="!counts.length && doc">{{ doc.running ? 'none so far' : 'none' }}</em></span>
    <span class="fi-links"><button v-if="doc && doc.passed && doc.streaming && !folded" type="button" class="in-link" data-testid="blank-all-the-same" @click="$emit('checklist')">Blank all the same?</button>
    <button v-if="reports && doc && !doc.running && !folded && (doc.streaming || counts.length)" type="button" class="in-link" data-testid="open-report" title="A page of its own, to save or to send" @click="$emit('report')">Open as report</button></span>
  </header>
  <div v-if="!folded && doc && doc.findings.length" class="fi-list">
    <article v-for="one in doc.findings" :key="one.key" class="fi" data-testid="finding" :data-rule-id="one.id" :data-level="one.level" :class="['is-' + one.level, { open: isOpen(one) }]">
      <button type="button" class="fi-row" :aria-expanded="isOpen(one)" @click="toggle(one)">
        <i class="fi-dot" :title="one.level"></i><span class="fi-title" v-html="one.headline"></span>
        <small v-if="one.count > 1" class="fi-times">×{{ one.count.toLocaleString('en') }}</small>
        <i class="in-chevron" :class="{ open: isOpen(one) }" v-html="icons['chevron-right']"></i>
      </button>
      <div v-if="isOpen(one)" class="fi-body">
        <dl class="fi-facts">
          <template v-if="one.got"><dt>Got</dt><dd v-html="one.got"></dd></template>
          <template v-if="one.expected"><dt>Expected</dt><dd v-html="one.expected"></dd></template>
          <template v-if="one.evidence.length"><dt>Where</dt><dd class="fi-places">
            <template v-for="(place, i) in places(one)" :key="i">
              <button v-if="place.event !== null" type="button" class="fi-place" data-testid="evidence" :data-event="place.event" :title="place.excerpt" @click="$emit('event', place.exchange, place.event)">event {{ place.event }}<small v-if="place.ms">{{ Math.round(place.ms) }} ms</small></button>
              <span v-else class="fi-place" :title="place.excerpt">{{ place.bytes ? 'bytes ' + place.bytes.join('–') : place.excerpt }}</span>
            </template>
            <button v-if="places(one).length < one.evidence.length" type="button" class="in-link" @click="all[one.key] = true">{{ one.evidence.length - places(one).length }} more</button>
          </dd></template>
        </dl>
        <div v-if="one.fix" class="fi-fix" data-testid="fix" @click="copyFix"><h4>Type instead</h4><div v-html="one.fix"></div></div>
        <details class="fi-more"><summary>Why it matters</summary><p v-html="one.why"></p></details>
        <details class="fi-more"><summary>What the official widget does</summary><p v-html="one.widget"></p></details>
        <details v-if="one.consequences.length" class="fi-more" data-testid="consequences"><summary>{{ one.consequences.length === 1 ? '1 consequence' : one.consequences.length + ' consequences' }} that would go away with it</summary>
          <ul><li v-for="(below, i) in one.consequences" :key="i"><span v-html="below.headline"></span> <code>{{ below.id }}</code></li></ul></details>
        <p class="fi-rule">{{ one.level }} · <code>{{ one.id }}</code></p>
      </div>
    </article>
    <p v-if="doc.left_out" class="fi-none">{{ doc.left_out.toLocaleString('en') }} more of the same kinds are left out.</p>
    <p v-if="doc.could_not_run.length" class="fi-none">The workbench could not judge: {{ doc.could_not_run.join(', ') }}.</p>
  </div>
</section>`,
  props: { exchange: Object, load: Function, copy: Function, icons: Object, shown: Boolean, reports: Boolean },
  emits: ["event", "report", "checklist"],
  data() {
    return { doc: null, folded: localStorage.getItem(FOLDED) === "1", opened: {}, all: {} };
  },
  computed: {
    counts() {
      return LEVELS.map((level, i) => ({ level, count: this.exchange.findings?.[i] ?? 0 }))
        .filter((one) => one.count)
        .map((one) => ({ ...one, words: `${one.count} ${one.level}${one.count === 1 ? "" : "s"}` }));
    },
    what() {
      return [this.exchange.id, this.exchange.revision, this.exchange.running, this.exchange.status, this.folded, this.shown].join("\n");
    },
  },
  watch: {
    what: { handler: "soon", immediate: true },
    "exchange.id"() {
      this.doc = null;
      this.opened = {};
      this.all = {};
      this.fetched = 0;
    },
  },
  unmounted() {
    clearTimeout(this.later);
  },
  methods: {
    // The line about the widget is there even when the list is folded: it is fetched once then, not with every finding.
    soon() {
      if (!this.shown || (this.folded && this.doc && !this.exchange.running && !this.doc.running)) return;
      if (this.folded && this.exchange.running) return;
      this.later ??= setTimeout(() => this.fetch(), Math.max(0, (this.fetched ?? 0) + EVERY - Date.now()));
    },
    async fetch() {
      this.later = null;
      if (!this.shown) return; // folded away meanwhile
      this.fetched = Date.now();
      const { id } = this.exchange;
      const got = await this.load(id);
      if (got && id === this.exchange.id) this.doc = got;
    },
    fold() {
      this.folded = !this.folded;
      localStorage.setItem(FOLDED, this.folded ? "1" : "0");
    },
    // The first error is open until the reader says otherwise: its fix is what most people come for.
    isOpen(one) {
      return this.opened[one.key] ?? (one === this.doc.findings[0] && one.level === "error");
    },
    toggle(one) {
      this.opened = { ...this.opened, [one.key]: !this.isOpen(one) };
    },
    places(one) {
      return this.all[one.key] ? one.evidence : one.evidence.slice(0, PLACES);
    },
    copyFix(event) {
      const button = event.target.closest(".copy");
      if (!button) return;
      this.copy(button.closest(".code").querySelector("pre").textContent);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 1400);
    },
  },
};
