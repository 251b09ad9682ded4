// Timings of one exchange: the numbers, where the time went, and when the events arrived.
import { bytes, ms, number } from "numbers";

const HEIGHT = 72;

// 1, 2 or 5 times a power of ten, so that there are four to eight marks on the axis
function step(span) {
  const rough = span / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
}

function shown(value) {
  if (value === null || value === undefined) return "–";
  return value < 10 ? value.toFixed(1) : number(Math.round(value));
}

export const TimingView = {
  template: `
    <div class="tm">
      <dl class="tm-facts">
        <div v-for="one in facts" :key="one.name" :data-timing="one.id"
          ><dt>{{ one.name }}</dt><dd>{{ one.text }}<small v-if="one.unit && one.text !== '–'"> ms</small></dd></div>
      </dl>
      <h3>Where the time went</h3>
      <div class="tm-phases" role="img" :aria-label="phases.map((p) => p.name + ' ' + p.text + ' ms').join(', ')">
        <i v-for="p in phases" :key="p.name" :class="p.cls" :style="{ left: p.left + '%', width: p.width + '%' }"
           :title="p.name + ' ' + p.text + ' ms'"></i>
      </div>
      <ul class="tm-legend"
        ><li v-for="p in phases" :key="p.name"><i :class="p.cls"></i>{{ p.name }} <b>{{ p.text }}</b></li></ul>
      <h3>Arrivals <small>{{ hint }}</small></h3>
      <div class="tm-chart">
        <svg :viewBox="'0 0 ' + timeline.columns + ' ${HEIGHT}'" preserveAspectRatio="none" data-testid="timeline"
             @mousemove="point" @mouseleave="at = null" @click="at && $emit('event', at[5])">
          <line v-for="t in ticks" :key="t.ms" class="tm-grid" :x1="t.at" :x2="t.at" y1="0" y2="${HEIGHT}" />
          <g v-for="bar in bars" :key="bar.x" :class="{ at: at && at[0] === bar.x }">
            <rect :x="bar.x + 0.1" width="0.8" :y="${HEIGHT} - bar.all" :height="bar.all" class="tm-other" />
            <rect :x="bar.x + 0.1" width="0.8" :y="${HEIGHT} - bar.text" :height="bar.text" class="tm-text" />
            <rect v-if="bar.bad" :x="bar.x + 0.1" width="0.8" :y="${HEIGHT} - bar.all" :height="bar.bad"
                  class="tm-bad" />
          </g>
        </svg>
        <div class="tm-axis"
          ><span v-for="t in ticks" :key="t.ms" :style="{ left: (t.at / timeline.columns) * 100 + '%' }"
            >{{ t.text }}</span></div>
      </div>
      <ul class="tm-legend"><li><i class="tm-text"></i>text</li><li><i class="tm-other"></i>other events</li>
        <li v-if="anyBad"><i class="tm-bad"></i>invalid</li><li class="unit">axis in ms</li></ul>
    </div>`,
  props: { timings: Object, timeline: Object },
  emits: ["event"],
  data() {
    return { at: null };
  },
  computed: {
    facts() {
      const t = this.timings;
      const times = [
        ["First byte", "first-byte", t.first_byte_ms],
        ["First event", "first-event", t.first_event_ms],
        ["First text", "first-text", t.first_text_ms],
        ["Total", "total", t.total_ms],
        ["Delta gap, p50", "p50", t.delta_p50_ms],
        ["Delta gap, p95", "p95", t.delta_p95_ms],
        ["Delta gap, max", "max", t.delta_max_ms],
      ];
      const counts = `${number(t.events)}, ${number(t.deltas)}`;
      return [
        ...times.map(([name, id, value]) => ({ name, id, text: shown(value), unit: true })),
        { name: "Events, deltas", id: "events", text: counts, unit: false },
      ];
    },
    span() {
      return this.timeline.span / 1e6;
    },
    phases() {
      const t = this.timings;
      const end = t.total_ms ?? this.span;
      const points = [
        ["Connecting", "tm-connect", t.connected_ms],
        ["Waiting for headers", "tm-wait", t.headers_ms],
        ["To the first event", "tm-first", t.first_event_ms],
        ["To the first text", "tm-think", t.first_text_ms],
        ["Streaming", "tm-text", end],
      ];
      const phases = [];
      let from = 0;
      for (const [name, cls, until] of points) {
        if (until === null || until === undefined || until < from) continue;
        const last = name === "Streaming" && t.first_event_ms === null ? "Body" : name;
        const part = (value) => (value / this.span) * 100;
        phases.push({ name: last, cls, left: part(from), width: part(until - from), text: shown(until - from) });
        from = until;
      }
      return phases;
    },
    most() {
      return Math.max(1, ...this.timeline.bars.map((bar) => bar[1]));
    },
    bars() {
      const unit = (HEIGHT - 4) / this.most;
      return this.timeline.bars.map(([x, all, text, bad]) => ({
        x,
        all: Math.max(all * unit, 1.5),
        text: text * unit,
        bad: bad && Math.max(bad * unit, 3),
      }));
    },
    anyBad() {
      return this.timeline.bars.some((bar) => bar[3]);
    },
    ticks() {
      const each = step(this.span);
      const marks = [];
      for (let i = 0; i * each <= this.span * 0.97 && i < 20; i++) {
        const value = i * each;
        const text = each < 1 ? value.toFixed(each < 0.1 ? 2 : 1) : number(value);
        marks.push({ ms: value, at: (value / this.span) * this.timeline.columns, text });
      }
      return marks;
    },
    hint() {
      if (!this.at) return this.timeline.bars.length ? "click to see the events" : "no events";
      const width = this.timeline.span / this.timeline.columns;
      const count = `${number(this.at[1])} ${this.at[1] === 1 ? "event" : "events"}`;
      return `${ms(this.at[0] * width)}–${ms((this.at[0] + 1) * width)} ms: ${count}, ${bytes(this.at[4])}`;
    },
  },
  methods: {
    // the nearest bar, so that single thin ones can be hit
    point(event) {
      const box = event.currentTarget.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * this.timeline.columns - 0.5;
      let best = null;
      for (const bar of this.timeline.bars) if (!best || Math.abs(bar[0] - x) < Math.abs(best[0] - x)) best = bar;
      this.at = best && Math.abs(best[0] - x) < 3 ? best : null;
    },
  },
};
