// Everything of a session in one order: requests, events of the wire, their ends, and what the widget told its page.
// Any number of rows: only those in view are in the page. Deltas that follow one another are one row until it is
// opened.
import { listen } from "bridge";

const ROW = 26; // px, as in compare.css
const MOST = 60_000; // rows kept; the oldest go, and the page says so
const KINDS = { wire: "Wire", host: "Widget", request: "Requests" };

export default {
  template: `<section class="session-timeline" aria-label="Timeline" data-testid="timeline">
    <div class="tl-head">
      <h2>Timeline</h2>
      <button v-for="(label, kind) in kinds" :key="kind" type="button" class="tl-chip" :aria-pressed="shown[kind]"
        :data-testid="'timeline-' + kind" @click="toggle(kind)"><i :class="'tl-' + kind"></i>{{ label }}</button>
      <input class="field" type="search" data-testid="timeline-filter" aria-label="Filter the timeline"
        placeholder="Filter" autocomplete="off" spellcheck="false" v-model="words" />
      <span class="tl-count" data-testid="timeline-count">{{ count }}</span>
    </div>
    <div class="tl-box" ref="box" tabindex="0" :role="rows.length ? 'list' : null" @scroll.passive="scrolled">
      <p v-if="!total" class="tl-none">What the widget sends, gets and tells its page comes here, in one order.</p>
      <div class="tl-space" :style="{ height: total * ${ROW} + 'px' }">
        <div class="tl-window" :style="{ transform: 'translateY(' + first * ${ROW} + 'px)' }">
          <div v-for="row in rows" :key="row.id" class="tl-row" role="listitem"
            :class="['tl-' + row.k, row.f && 'fam-' + row.f, { bad: row.bad, chosen: row.id === chosen }]"
            :data-testid="row.k === 'host' ? 'host-event' : row.k + '-row'" :data-name="row.y"
            :data-exchange="row.x" :title="row.title" @click="choose(row)">
            <span class="tl-t">{{ time(row.t) }}</span><i class="tl-mark"></i>
            <span class="tl-n" v-if="row.o">#{{ row.o }}</span>
            <b>{{ row.l || row.y }}</b><span v-if="row.times > 1" class="tl-times">× {{ row.times }}</span>
            <span class="tl-g">{{ row.g }}</span>
          </div>
        </div>
      </div>
    </div>
    <pre v-if="detail" class="tl-detail" data-testid="timeline-detail">{{ detail }}</pre>
  </section>`,
  emits: ["exchange", "ready"],
  data() {
    const shown = { wire: true, host: true, request: true };
    const range = { total: 0, all: 0, first: 0, last: 0, version: 0 };
    return { kinds: KINDS, shown, words: "", chosen: null, detail: "", ...range };
  },
  computed: {
    rows() {
      void this.version; // the rows themselves are kept out of Vue's sight
      return this.list.slice(this.first, this.last);
    },
    count() {
      void this.version;
      const said = [`${this.all.toLocaleString("en")} entries`];
      if (this.all > this.matched) said.push(`${(this.all - this.matched).toLocaleString("en")} filtered out`);
      if (this.newest > this.all) said.push(`the oldest ${(this.newest - this.all).toLocaleString("en")} not kept`);
      return said.join(", ");
    },
  },
  watch: {
    words() {
      this.arrange();
    },
  },
  created() {
    this.entries = []; // in order of their times
    this.list = []; // those that are shown, runs of deltas as one
    this.matched = 0;
    this.newest = 0; // the highest id: so many rows there ever were
    this.opened = new Set();
    this.follows = true;
  },
  mounted() {
    this.unlisten = listen(this.$el, (method, args) => this[method](...args));
    this.sizes = new ResizeObserver(() => this.view());
    this.sizes.observe(this.$refs.box);
    this.$emit("ready");
  },
  unmounted() {
    this.unlisten();
    this.sizes.disconnect();
  },
  methods: {
    time(t) {
      return t < 10_000 ? `${t.toFixed(t < 100 ? 1 : 0)} ms` : `${(t / 1000).toFixed(2)} s`;
    },
    reset() {
      this.entries = [];
      this.arrange();
    },
    add(rows) {
      let inOrder = true;
      const before = this.entries.length;
      for (const row of rows) {
        this.newest = Math.max(this.newest, row.id);
        let at = this.entries.length;
        while (at && this.entries[at - 1].t > row.t) at--; // what the widget tells comes a little late
        if (at < before) inOrder = false;
        this.entries.splice(at, 0, row);
      }
      const over = this.entries.length - MOST;
      if (over > 0) this.entries.splice(0, over + MOST / 10);
      if (inOrder && over <= 0) this.extend(this.entries.slice(before));
      else this.arrange();
    },
    arrange() {
      this.list = [];
      this.matched = 0;
      this.extend(this.entries);
    },
    extend(rows) {
      const words = this.words.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) {
        if (!this.shown[row.k] || (words.length && !words.every((word) => this.text(row).includes(word)))) continue;
        this.matched++;
        const last = this.list.at(-1);
        if (row.m && last?.m === row.m && !this.opened.has(last.run)) {
          last.times++;
          last.g = row.g;
        } else {
          const run = row.m && last?.m === row.m ? last.run : row.id;
          this.list.push({ ...row, times: 1, run, title: `${row.y}\n${row.g}` });
        }
      }
      this.all = this.entries.length;
      this.total = this.list.length;
      this.version++;
      this.$nextTick(() => {
        if (this.follows) this.$refs.box.scrollTop = this.$refs.box.scrollHeight;
        this.view();
      });
    },
    text(row) {
      return `${row.y} ${row.l ?? ""} ${row.g} #${row.o ?? ""}`.toLowerCase();
    },
    toggle(kind) {
      this.shown[kind] = !this.shown[kind];
      this.arrange();
    },
    scrolled() {
      const { scrollTop, scrollHeight, clientHeight } = this.$refs.box;
      this.follows = scrollHeight - scrollTop - clientHeight < ROW;
      this.view();
    },
    view() {
      const box = this.$refs.box;
      if (!box) return;
      this.first = Math.max(0, Math.floor(box.scrollTop / ROW) - 10);
      this.last = Math.min(this.total, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + 10);
    },
    choose(row) {
      this.chosen = row.id;
      this.detail = row.k === "host" && row.d ? row.d : "";
      if (row.times > 1) {
        this.opened.add(row.run);
        this.arrange();
      } else if (row.x) this.$emit("exchange", { exchange: row.x, event: row.i ?? null });
    },
  },
};
