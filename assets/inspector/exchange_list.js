// The exchanges of this window, oldest first, in a list that folds and is as tall as the reader wants; beside its
// title, whether the newest is followed. What was sent again because its answer failed is one row, which unfolds.
import { attempt, clock, name, status, took, tone } from "exchange_words";
import { HeightGrip } from "height_grip";
import { counted, number } from "numbers";

const KEPT = "workbench.inspector.exchanges"; // px
const NEAR = 8; // px from the end that count as the end

export const ExchangeList = {
  components: { HeightGrip },
  template: `
<header class="in-head">
  <button type="button" class="in-fold" :aria-expanded="open" @click="open = !open">
    <i class="in-chevron" :class="{ open }" v-html="icons['chevron-right']"></i>
    <span>Exchanges</span><small>{{ exchanges.length || '' }}</small>
  </button>
  <span class="in-current" v-if="!open && current">{{ name(current) }} · {{ status(current) }}</span>
  <button type="button" class="in-icon" data-testid="open-raw" title="Raw request: type one and send it"
          aria-label="Raw request" @click="$emit('raw')" v-html="icons['square-pen']"></button>
  <button type="button" class="in-chip" data-testid="follow" :aria-pressed="following" @click="$emit('follow')"
          title="Show the newest stream as soon as it begins">
    <i v-html="icons.radio"></i><span>{{ following ? 'Following' : 'Follow' }}</span>
  </button>
</header>
<div v-show="open && exchanges.length" class="in-exchanges" :class="{ sized: height }" ref="list"
     :style="height ? { height: height + 'px' } : null" @keydown="walk" @scroll.passive="scrolled">
  <div class="ex-head ex-grid" aria-hidden="true"><span></span><span class="ex-time">Time</span><span>Operation</span>
    <span class="ex-status">Status</span><span class="ex-took">Took</span><span class="ex-events">Events</span>
    <span class="ex-finds">Found</span></div>
  <p v-if="forgotten" class="ex-forgotten" data-testid="forgotten"
     title="A conversation keeps its newest 200 exchanges, and 64 MB of their bodies; and the one that is looked at"
    >{{ counted(forgotten, 'earlier exchange') }} no longer kept</p>
  <ol>
  <li v-for="row in rows" :key="row.key" :class="{ 'ex-inner': row.inner }">
    <button v-if="row.tries" type="button" class="ex-tries" :aria-expanded="row.unfolded" data-testid="exchange-group"
            :title="row.unfolded ? 'Show only the last attempt' : 'Show every attempt'"
            :aria-label="name(row.one) + ': ' + row.tries + ' attempts'" @click="turn(row)"
      ><i class="in-chevron" :class="{ open: row.unfolded }" v-html="icons['chevron-right']"></i></button>
    <button type="button" class="ex-row ex-grid" data-testid="exchange-row" :data-exchange-id="row.one.id"
            :data-outcome="row.one.outcome" :class="[tone(row.one), { selected: row.one === current }]"
            :aria-current="row.one === current" :title="hint(row.one)" @click="$emit('select', row.one.id)">
      <i class="ex-dot"></i>
      <time class="ex-time" :datetime="row.one.started">{{ clock(row.one) }}</time>
      <span class="ex-name">{{ name(row.one) }}<span v-if="row.tries && !row.unfolded" class="ex-attempt"
        data-testid="attempt" :title="row.tries + ' attempts at the same request'">{{ row.tries }} ×</span>
        <span v-else-if="row.one.attempt" class="ex-attempt" data-testid="attempt">{{ attempt(row.one) }}</span></span>
      <span class="ex-status">{{ status(row.one) }}</span>
      <span class="ex-took">{{ took(row.one) }}</span>
      <span class="ex-events">{{ row.one.streaming ? number(row.one.events) : '' }}</span>
      <span class="ex-finds"><span v-if="found(row.one)" class="ex-found" :title="found(row.one)"
        :class="row.one.findings[0] ? 'is-error' : 'is-warning'"
        >{{ number(row.one.findings[0] || row.one.findings[1]) }}</span></span>
    </button>
  </li></ol>
</div>
<height-grip v-if="open && exchanges.length" label="Height of the list of exchanges" :of="() => $refs.list"
             :height="height" @height="resize"></height-grip>`,
  props: { exchanges: Array, forgotten: Number, current: Object, following: Boolean },
  emits: ["select", "follow", "raw"],
  inject: ["icons"],
  data() {
    return { open: true, unfolded: {}, height: Number(localStorage.getItem(KEPT)) || 0 };
  },
  computed: {
    rows() {
      const rows = [];
      const groups = new Map();
      for (const one of this.exchanges) {
        if (!one.attempt) {
          rows.push({ key: one.id, one });
          continue;
        }
        const first = one.attempt[2];
        let group = groups.get(first);
        if (!group) {
          group = { key: first, all: [] };
          groups.set(first, group);
          rows.push(group);
        }
        group.all.push(one);
      }
      return rows.flatMap((row) => (row.all ? this.together(row) : [row]));
    },
  },
  created() {
    this.atEnd = true; // until the reader scrolls up
  },
  methods: {
    attempt,
    clock,
    counted,
    name,
    number,
    status,
    tone,
    took,
    // One row for the last of several attempts; below it each of them, when it is unfolded or one of them is looked at.
    together({ key, all }) {
      const last = all.at(-1);
      const inside = this.current !== last && all.includes(this.current);
      const unfolded = this.unfolded[key] ?? inside;
      const head = { key: `${key} group`, group: key, one: last, tries: all.length, unfolded };
      if (!unfolded) return [head];
      return [{ ...head, one: all[0] }, ...all.slice(1).map((one) => ({ key: one.id, one, inner: true }))];
    },
    turn({ group, unfolded }) {
      this.unfolded = { ...this.unfolded, [group]: !unfolded };
    },
    hint(one) {
      const said = [`${one.method} ${one.url}`, one.failure, this.found(one)].filter(Boolean);
      return said.join("\n");
    },
    // In words: how many errors and warnings; "" when there are none.
    found({ findings }) {
      const [errors, warnings] = findings ?? [0, 0];
      const named = [
        [errors, "error"],
        [warnings, "warning"],
      ];
      return named
        .filter(([count]) => count)
        .map(([count, level]) => counted(count, level))
        .join(", ");
    },
    walk(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const rows = [...this.$refs.list.querySelectorAll(".ex-row")];
      const row = rows[rows.indexOf(event.target.closest("li")?.querySelector(".ex-row")) + step];
      row?.focus();
      row?.click();
    },
    scrolled() {
      const { list } = this.$refs;
      this.atEnd = list.scrollHeight - list.clientHeight - list.scrollTop < NEAR;
    },
    resize(height) {
      this.height = height;
      if (height) localStorage.setItem(KEPT, String(height));
      else localStorage.removeItem(KEPT);
    },
    // The newest; or the selected one, when it has just been chosen, wherever that is. Not when the reader has scrolled
    // away.
    reveal(chosen) {
      const { list } = this.$refs;
      if (!this.atEnd) return;
      list.scrollTop = list.scrollHeight;
      if (chosen) list.querySelector(".selected")?.scrollIntoView({ block: "nearest" });
    },
  },
};
