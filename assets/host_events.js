// What the page around a widget would be told, below the inspector: a list that folds, the newest last.
import { listen } from "bridge";

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const CALLS = ["show", "add"];

export default {
  template: `<section class="host-events" aria-label="Told to the page" v-show="rows.length" data-testid="host-events">
    <button type="button" class="in-fold" :aria-expanded="open" @click="open = !open">
      <i class="in-chevron" :class="{ open }" v-html="chevron"></i>
      <span>Told to the page</span><small>{{ rows.length }}</small>
      <code v-if="!open && rows.length" class="host-event-last">{{ rows.at(-1).name }}</code>
    </button>
    <ol v-show="open" ref="list" tabindex="0" aria-label="Host events">
      <li v-for="(row, i) in rows" :key="i" data-testid="host-event" :data-name="row.name" :title="row.why">
        <time :datetime="row.at">{{ time(row.at) }}</time><code>{{ row.name }}</code>
        <pre v-if="row.detail !== null">{{ shown(row.detail) }}</pre>
      </li>
    </ol>
  </section>`,
  props: { chevron: String },
  emits: ["ready"],
  data() {
    return { rows: [], open: false };
  },
  mounted() {
    this.stopListening = listen(this.$el, (call, args) => CALLS.includes(call) && this[call](...args));
    this.$emit("ready");
  },
  unmounted() {
    this.stopListening?.();
  },
  methods: {
    show(rows) {
      this.rows = rows;
    },
    add(row) {
      this.rows.push(row);
      this.open ||= !row.quiet;
      this.$nextTick(() => this.$refs.list.scrollTo(0, this.$refs.list.scrollHeight));
    },
    time: (at) => TIME.format(new Date(at)),
    shown: (detail) => JSON.stringify(detail, null, 1),
  },
};
