// Rows of events, any number of them: only those in view are in the page, and only those are fetched.
import { ms, number } from "numbers";

const ROW = 26; // px, as in inspector.css
const AHEAD = 30; // rows fetched beyond the view
const MOST = 400; // rows per request
const KEPT = 6000; // rows remembered

export const EventList = {
  template: `
    <div class="ev-frame">
      <div class="ev-box" ref="box" tabindex="0" role="listbox" aria-label="Events"
           :aria-activedescendant="cursor === null ? null : 'ev-' + uid + '-' + cursor"
           @scroll.passive="scrolled" @keydown="key">
        <div class="ev-space" :style="{ height: matched * ${ROW} + 'px' }">
          <div class="ev-window" :style="{ transform: 'translateY(' + first * ${ROW} + 'px)' }">
            <template v-for="row in rows" :key="row.position">
              <div v-if="row.y !== undefined" class="ev-row" data-testid="event-row" role="option"
                   :id="'ev-' + uid + '-' + row.position"
                   :class="['fam-' + row.f, { bad: !row.v, selected: at(row, selected), now: at(row, now), run: row.n,
                     inner: row.r !== undefined }]"
                   :aria-current="at(row, now) ? 'step' : null" :data-run="row.n" :data-folded="row.n ? !row.o : null"
                   :data-index="row.o ? null : row.i" :data-type="row.y" :data-valid="row.v ? 'true' : 'false'"
                   :aria-selected="at(row, selected)" :aria-setsize="matched" :aria-posinset="row.position + 1"
                   :title="hint(row)" @click="choose(row.position)" @dblclick="row.n && turn(row)">
                <span class="ev-i">{{ row.i }}</span><span class="ev-t">{{ time(row.t) }}</span>
                <span class="ev-y"><i v-if="row.n" class="ev-turn" :class="{ open: row.o }" data-testid="unfold-deltas"
                  @click.stop="turn(row)" v-html="icons['chevron-right']"></i><i v-else class="ev-dot"></i><b
                  ><s>{{ row.x }}</s>{{ row.l }}</b></span>
                <span class="ev-g"><em v-if="row.p">invalid</em><u v-if="row.n">{{ run(row) }}</u
                  >{{ row.n ? '“' + row.g + '”' : row.p || row.g }}</span>
                <span class="ev-b">{{ size(row.b) }}</span>
              </div>
              <div v-else class="ev-row waiting" aria-hidden="true"
                ><span class="ev-i"></span><span class="ev-y"></span></div>
            </template>
          </div>
        </div>
      </div>
      <button v-if="running && !tail" type="button" class="ev-follow" data-testid="follow-tail" @click="toEnd"
        >Newest ↓</button>
    </div>`,
  props: {
    exchange: String, // id
    count: Number, // events there are by now
    running: Boolean,
    filter: String,
    invalid: Boolean,
    fold: Boolean, // whether the deltas of one part are one row
    selected: Number, // index of the event shown in detail
    now: Number, // index of the event after which the thread is shown; it is kept in view
    load: Function, // (exchange, {from, to, filter, invalid}) → {total, matched, from, rows}
  },
  emits: ["select", "matched", "close"],
  inject: ["icons"],
  data() {
    return { matched: 0, first: 0, last: 0, version: 0, tail: true, cursor: null };
  },
  computed: {
    filtered() {
      return this.filter !== "" || this.invalid;
    },
    // Whether rows are other ones than events: how many there are is then known by the server alone.
    sifted() {
      return this.filtered || this.fold;
    },
    rows() {
      void this.version; // the rows themselves are kept out of Vue's sight
      const rows = [];
      for (let i = this.first; i < this.last; i++) {
        const row = this.kept.get(i);
        rows.push(row ? { position: i, ...row } : { position: i });
      }
      return rows;
    },
    what() {
      return [this.exchange, this.filter, this.invalid, this.fold].join("\n");
    },
  },
  watch: {
    what() {
      this.restart();
    },
    count() {
      if (!this.sifted && !this.tail) this.matched = this.count;
      this.grown();
    },
    tail(following) {
      if (!following && !this.sifted) this.matched = this.count;
    },
    now() {
      this.showNow();
    },
    matched(n) {
      this.$emit("matched", n);
    },
  },
  created() {
    this.kept = new Map();
    this.uid = Math.random().toString(36).slice(2, 8);
    this.round = 0;
    this.opened = new Set(); // first events of the runs that are unfolded
    this.seen = 0;
    this.top = 0;
    this.height = 0;
  },
  mounted() {
    this.sizes = new ResizeObserver(() => {
      const box = this.$refs.box;
      const before = this.height;
      this.height = box.clientHeight;
      if (this.tail) this.stick();
      else if (this.cursor !== null && this.height && this.height < before) {
        // the detail opens below: the row that was clicked must not go under it
        const y = this.cursor * ROW;
        if (y >= box.scrollTop && y < box.scrollTop + before) this.reveal(this.cursor);
      }
      this.view();
      this.fetch();
    });
    this.sizes.observe(this.$refs.box);
    this.restart();
  },
  unmounted() {
    this.sizes.disconnect();
    this.round++;
  },
  methods: {
    time: ms,
    size: number,
    // Whether the row is that of the event with this index: its own, or of the folded run that holds it.
    at(row, index) {
      if (index === null || row.o) return false;
      return row.n ? row.i <= index && index <= row.z : row.i === index;
    },
    run({ n, c, d }) {
      const took = d < 10e9 ? `${ms(d)} ms` : `${(d / 1e9).toFixed(1)} s`;
      return `${number(n)} × · ${number(c)} chars · ${took}`;
    },
    hint(row) {
      if (!row.n) return `${row.y}\n${row.p || row.g}`;
      const counts = `${number(row.n)} deltas, ${number(row.c)} characters`;
      return `${row.y}: events ${row.i}–${row.z}\n${counts}\n${row.o ? "Fold them (←)" : "Unfold them (→)"}`;
    },
    turn({ i }) {
      if (!this.opened.delete(i)) this.opened.add(i);
      this.anew();
    },
    // Other rows are folded than before: what stood below them has another place.
    anew() {
      this.round++;
      this.kept.clear();
      this.seen = 0;
      this.tail = false;
      this.grown();
    },
    restart() {
      this.opened.clear();
      this.round++;
      this.kept.clear();
      this.version++;
      this.seen = 0;
      this.cursor = null;
      this.waiting = null;
      this.tail = this.running;
      this.matched = this.sifted || this.tail ? 0 : this.count;
      this.top = 0;
      this.$refs.box.scrollTop = 0;
      this.$emit("matched", this.matched);
      this.grown();
      this.showNow();
    },
    async showNow() {
      if (this.now === null || this.filtered) return;
      this.tail = false;
      await this.$nextTick();
      if (this.fold) {
        const { now } = this;
        if (this.rows.some((row) => row.y !== undefined && this.at(row, now) && this.inView(row.position))) return;
        const { position } = (await this.place(now)) ?? {};
        if (position !== null && position !== undefined && now === this.now) this.reveal(position);
      } else if (this.$refs.box && this.now !== null && this.now < this.matched) this.reveal(this.now);
    },
    inView(position) {
      const { scrollTop, clientHeight } = this.$refs.box;
      return position * ROW >= scrollTop && (position + 1) * ROW <= scrollTop + clientHeight;
    },
    // Where an event is among the folded rows, and which folded run holds it.
    async place(index) {
      const got = await this.load(this.exchange, { ...this.asked(), from: 0, to: 0, at: index });
      if (!got || !this.$refs.box) return null;
      this.matched = Math.max(this.matched, got.matched);
      await this.$nextTick();
      return this.$refs.box ? got : null;
    },
    asked() {
      const sifted = { filter: this.filter, invalid: this.invalid };
      return this.fold ? { ...sifted, fold: true, open: [...this.opened].join(",") } : sifted;
    },
    async grown() {
      await this.$nextTick(); // the space must have its new height before anything scrolls into it
      if (!this.$refs.box) return;
      if (this.tail) this.stick();
      this.view();
      this.fetch();
    },
    stick() {
      const box = this.$refs.box;
      box.scrollTop = box.scrollHeight;
      this.top = box.scrollTop;
    },
    toEnd() {
      this.tail = true;
      this.grown();
    },
    view() {
      const box = this.$refs.box;
      const first = Math.max(0, Math.floor(box.scrollTop / ROW) - 4);
      const last = Math.min(this.matched, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + 4);
      this.first = Math.min(first, Math.max(0, last - 1));
      this.last = last;
    },
    scrolled() {
      const box = this.$refs.box;
      const atEnd = box.scrollHeight - box.clientHeight - box.scrollTop < ROW;
      if (atEnd) this.tail = true;
      else if (box.scrollTop < this.top - 1) this.tail = false; // upwards: the reader, not the growing list
      this.top = box.scrollTop;
      this.view();
      this.fetch();
    },
    missing() {
      let from = null;
      let to = 0;
      const low = Math.max(0, this.first - AHEAD);
      const high = Math.min(this.matched, this.last + AHEAD);
      for (let i = low; i < high; i++) {
        if (this.kept.has(i)) continue;
        from ??= i;
        to = i + 1;
      }
      return from === null ? null : { from, to: Math.min(to, from + MOST) };
    },
    // At the end of a growing list, rows are counted only once they are here: it never shows empty ones.
    newest() {
      const shown = Math.ceil(this.$refs.box.clientHeight / ROW) + AHEAD;
      return { from: Math.max(this.matched, this.count - shown), to: this.count };
    },
    async fetch() {
      if (this.busy) return;
      this.busy = true;
      try {
        for (;;) {
          const round = this.round;
          const following = this.tail && !this.sifted;
          const behind = following ? this.matched < this.count : this.sifted && this.seen < this.count;
          let wanted = this.missing();
          if (behind && following) wanted = this.newest();
          else if (behind && this.tail) wanted = { from: -MOST / 4 };
          else if (behind && !wanted) wanted = { from: this.first, to: this.first + 2 * AHEAD };
          if (!wanted) break;
          const got = await this.load(this.exchange, { ...wanted, ...this.asked() });
          if (round !== this.round) {
            if (!this.$refs.box) return;
            continue;
          }
          if (!got) break;
          this.take(got);
          await this.$nextTick();
          if (!this.$refs.box) return;
          if (this.tail) this.stick();
          this.view();
          if (!got.rows.length && (following || !behind)) break;
        }
      } finally {
        this.busy = false;
      }
    },
    take(got) {
      if (this.kept.size > KEPT) this.kept.clear();
      if (this.fold && got.total !== this.seen) this.kept.delete(this.matched - 1); // the last run may have grown
      got.rows.forEach((row, i) => this.kept.set(got.from + i, Object.freeze(row)));
      this.seen = got.total;
      if (this.sifted) this.matched = got.matched;
      else if (this.tail) this.matched = Math.max(this.matched, got.from + got.rows.length);
      else this.matched = Math.max(got.matched, this.count);
      this.version++;
      if (this.waiting !== null && this.kept.has(this.waiting)) this.choose(this.waiting);
    },
    choose(position) {
      this.cursor = position;
      const row = this.kept.get(position);
      this.waiting = row ? null : position;
      if (!row) return;
      this.tail = false;
      this.$emit("select", row.z ?? row.i);
    },
    reveal(position) {
      const box = this.$refs.box;
      const y = position * ROW;
      if (y < box.scrollTop) box.scrollTop = y;
      else if (y + ROW > box.scrollTop + box.clientHeight) box.scrollTop = y + ROW - box.clientHeight;
      this.view();
      this.fetch();
    },
    // Put an event in the middle of the view, unfolding what holds it (no filter: else positions are indices).
    async show(index) {
      this.tail = false;
      let position = index;
      if (this.fold) {
        let got = await this.place(index);
        if (got && got.run !== null) {
          this.opened.add(got.run);
          this.anew();
          got = await this.place(index);
        }
        if (!got || got.position === null) return;
        position = got.position;
      }
      this.cursor = position;
      this.$refs.box.scrollTop = Math.max(0, position * ROW - this.$refs.box.clientHeight / 2);
      this.top = this.$refs.box.scrollTop;
      this.view();
      this.fetch();
    },
    keyTurn(event) {
      const row = this.kept.get(this.cursor);
      if (!row?.n || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      if (Boolean(row.o) !== (event.key === "ArrowRight")) this.turn(row);
    },
    key(event) {
      const page = Math.max(1, Math.floor(this.$refs.box.clientHeight / ROW) - 1);
      const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
      if (event.key === "Escape") this.$emit("close");
      if (event.key === "ArrowRight" || event.key === "ArrowLeft") this.keyTurn(event);
      const step = steps[event.key];
      if (step === undefined || !this.matched || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const from = this.cursor ?? (step > 0 ? this.first - 1 : this.last);
      const position = Math.max(0, Math.min(this.matched - 1, from + step));
      this.tail = false;
      this.reveal(position);
      this.choose(position);
    },
  },
};
