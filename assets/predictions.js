// What the eye predicted of each exchange, and what came of it, claim by claim.
import { listen } from "bridge";

const WORDS = { true: "agrees", false: "contradicted", unknown: "cannot be told" };
const COUNTED = { ...WORDS, true: "agree" };
const SIGNS = { true: "✓", false: "✗", unknown: "?" };

export default {
  template: `<section class="predictions" aria-label="Predicted and happened">
    <div class="tl-head"><h2>Predicted and happened</h2>
      <span class="pr-count" data-testid="agreement"><b v-for="kind in ['true', 'false', 'unknown']" :key="kind"
        :class="counts[kind] ? 'pr-' + kind : ''">{{ counts[kind] }} {{ counted[kind] }}</b></span></div>
    <div class="pr-box">
      <p v-if="!rows.length" class="tl-none">Of each exchange stands here what the workbench says that the widget does
        with it, and what could be seen of that: its requests, and what it tells its page.</p>
      <article v-for="row in rows" :key="row.id" class="pr-row" :class="'pr-' + row.agrees" data-testid="prediction"
        :data-agrees="row.agrees" :data-exchange="row.id">
        <button type="button" class="pr-line" :aria-expanded="isOpen(row)" @click="turn(row)">
          <i class="pr-sign" :title="words[row.agrees]">{{ signs[row.agrees] }}</i>
          <span class="tl-n">#{{ row.o }}</span><b>{{ row.operation }}</b>
          <span v-if="!isOpen(row)" class="tl-g">{{ row.said }}</span></button>
        <div v-if="isOpen(row)" class="pr-claims">
          <p class="hint">{{ row.said }}</p>
          <table><thead><tr><th></th><th>About</th><th>Predicted</th><th>Happened</th></tr></thead><tbody>
            <tr v-for="claim in row.claims" :key="claim.about" :class="'pr-' + claim.agrees"
              data-testid="claim" :data-about="claim.about" :data-agrees="claim.agrees">
              <td><i class="pr-sign" :title="words[claim.agrees]">{{ signs[claim.agrees] }}</i></td>
              <td>{{ claim.about }}</td><td>{{ claim.predicted }}</td><td>{{ claim.happened }}</td></tr>
          </tbody></table>
          <div class="actions"><span class="hint" v-if="row.agrees === 'false'">The workbench was wrong of the widget,
              or this build of it behaves in another way.</span><span class="spacer"></span>
            <button type="button" class="link-btn" @click="$emit('exchange', { exchange: row.id })">Inspect</button>
            <button v-if="row.agrees === 'false'" type="button" class="btn" data-testid="save-case"
              @click="$emit('keep', row.id)">Save as a case</button></div>
        </div>
      </article>
    </div>
  </section>`,
  emits: ["exchange", "keep", "ready"],
  data() {
    return { rows: [], turned: {}, words: WORDS, counted: COUNTED, signs: SIGNS };
  },
  computed: {
    counts() {
      const counts = { true: 0, false: 0, unknown: 0 };
      for (const row of this.rows) counts[row.agrees]++;
      return counts;
    },
  },
  mounted() {
    this.unlisten = listen(this.$el, (method, args) => this[method](...args));
    this.$emit("ready");
  },
  unmounted() {
    this.unlisten();
  },
  methods: {
    show(rows) {
      const known = new Map(this.rows.map((row) => [row.id, row]));
      for (const row of rows) known.set(row.id, row);
      this.rows = [...known.values()].sort((one, other) => other.o - one.o);
    },
    // A contradiction stands open by itself.
    isOpen(row) {
      return this.turned[row.id] ?? row.agrees === "false";
    },
    turn(row) {
      this.turned[row.id] = !this.isOpen(row);
    },
  },
};
