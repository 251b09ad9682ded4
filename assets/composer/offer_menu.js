// What is offered while "@" or "/" is typed: asked for as one types, late answers dropped, chosen by keys or pointer.
import { ask, reason } from "requests";

const PAUSE = 120; // ms without a letter after which is asked
const MENUS = {
  "@": { path: "entities", of: /(?:^|[\s(])@([^@\n]{0,60})$/, title: "Mention" },
  "/": { path: "commands", of: /(?:^|\s)\/([^/\n]{0,60})$/, title: "Commands" },
};

export const OfferMenu = {
  template: `<div v-if="open" class="composer-offers" data-testid="offers" @mousedown.prevent>
    <ul :id="id" role="listbox" :aria-label="title">
      <template v-for="group in groups" :key="group.name">
        <li v-if="group.name" class="composer-offers-group" role="presentation">{{ group.name }}</li>
        <li v-for="one in group.entries" :key="one.n" :id="id + '-' + one.n" role="option" data-testid="offer"
          :aria-selected="one.n === index" :class="{ 'is-chosen': one.n === index }" @mousemove="index = one.n"
          @click="choose(one.offer)">
          <i v-html="one.offer.mark"></i><span><b>{{ one.offer.title ?? one.offer.label }}</b>
          <small v-if="one.offer.description">{{ one.offer.description }}</small></span></li>
      </template>
    </ul>
    <p v-if="failure" class="composer-offers-failure" role="alert">{{ failure }}</p>
    <p v-else-if="words" class="composer-offers-words" role="status">{{ words }}</p>
    <p class="visually-hidden" role="status">{{ count }}</p>
  </div>`,
  props: { base: String, token: String, id: String, entities: Boolean, commands: Boolean, own: Array },
  emits: ["entity", "text", "own", "taken", "active"],
  data() {
    return { sign: "", start: 0, end: 0, query: "", found: [], loading: false, failure: "", index: 0, menu: null };
  },
  computed: {
    title() {
      return MENUS[this.sign]?.title ?? "";
    },
    open() {
      if (!this.sign) return false;
      // words behind an "@" are a question while they find something, and otherwise just words
      return !/\s/.test(this.query) || this.offers.length > 0 || this.loading;
    },
    offers() {
      if (this.menu) return this.menu.filter((one) => matches(one, this.query));
      const own = this.sign === "/" ? this.own.filter((one) => matches(one, this.query)) : [];
      return [...this.found, ...own];
    },
    groups() {
      const groups = new Map();
      for (const offer of this.offers) groups.set(offer.group, [...(groups.get(offer.group) ?? []), offer]);
      let n = 0;
      return [...groups].map(([name, offers]) => ({ name, entries: offers.map((offer) => ({ offer, n: n++ })) }));
    },
    inOrder() {
      return this.groups.flatMap(({ entries }) => entries.map(({ offer }) => offer));
    },
    words() {
      if (this.loading && !this.offers.length) return "Searching…";
      return this.offers.length || this.loading ? "" : `Nothing found for “${this.query}”`;
    },
    count() {
      const { length } = this.offers;
      return length ? `${length} ${length === 1 ? "entry" : "entries"}` : "";
    },
    active() {
      return this.open && this.offers.length ? `${this.id}-${this.index}` : "";
    },
  },
  watch: {
    active(active) {
      this.$emit("active", active);
      this.$nextTick(() => document.getElementById(active)?.scrollIntoView({ block: "nearest" }));
    },
    open(open) {
      if (!open) this.hurried = false;
    },
  },
  created() {
    this.asked = 0;
    this.left = -1; // where a menu was closed by hand
    this.hurried = false; // Enter was pressed before anything was found
  },
  unmounted() {
    clearTimeout(this.timer);
  },
  methods: {
    // The caret stands at `end` of `text`. `skip` are starts of tags, which are no questions.
    look(text, end, skip) {
      const before = text.slice(Math.max(0, end - 62), end);
      const asked = Object.entries(MENUS).flatMap(([sign, { of }]) => {
        const query = (sign === "@" ? this.entities : this.commands) && of.exec(before)?.[1];
        const start = end - (query || "").length - 1;
        return typeof query !== "string" || skip.includes(start) ? [] : [{ sign, start, query }];
      });
      const nearest = asked.sort((one, other) => other.start - one.start)[0];
      if (nearest?.start !== this.left) this.left = -1;
      if (nearest && this.left < 0) this.ask(nearest.sign, nearest.start, end, nearest.query);
      else this.close();
    },
    close() {
      this.sign = "";
      this.menu = null;
      this.asked++;
      clearTimeout(this.timer);
    },
    ask(sign, start, end, query) {
      const again = sign === this.sign && query === this.query && start === this.start;
      if (sign !== this.sign || start !== this.start) {
        this.found = [];
        this.menu = null;
      }
      Object.assign(this, { sign, start, end, query });
      if (again) return;
      this.index = 0;
      if (this.menu) return;
      this.loading = true;
      this.failure = "";
      clearTimeout(this.timer);
      const number = ++this.asked;
      this.timer = setTimeout(() => this.search(number), PAUSE);
    },
    async search(number) {
      const { found = [], failure } = await this.request(MENUS[this.sign].path, { query: this.query });
      if (number !== this.asked) return; // something else is asked for by now
      this.loading = false;
      this.found = found;
      this.failure = failure ?? "";
      this.index = 0;
      if (this.hurried && this.offers.length) this.choose(this.inOrder[0]);
      this.hurried = false;
    },
    async request(path, body) {
      try {
        const response = await ask(`${this.base}/${path}`, this.token, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(body),
        });
        if (response.ok) return await response.json();
        return { failure: (await reason(response)) || `The workbench answered ${response.status}` };
      } catch {
        return { failure: "The workbench itself does not answer: is it still running?" };
      }
    },

    // True: the key was for the menu.
    key(event) {
      if (!this.open || event.isComposing || event.keyCode === 229) return false;
      const { length } = this.inOrder;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && length) this.index = (this.index + step + length) % length;
      else if (event.key === "Escape") this.leave();
      else if (["Enter", "Tab"].includes(event.key) && !event.shiftKey && length) this.choose(this.inOrder[this.index]);
      else if (event.key === "Enter" && !event.shiftKey && this.loading) this.hurried = true;
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
    leave() {
      this.left = this.start;
      this.close();
    },
    choose(offer) {
      const { start, end, query } = this;
      if (this.sign === "@") {
        this.close();
        this.$emit("entity", offer, start, end);
      } else if (offer.act) {
        this.close();
        this.$emit("own", offer, start, end);
      } else this.command(offer, query);
    },
    async command(offer, query) {
      const { id, label, description, icon, group } = offer;
      const number = ++this.asked;
      this.loading = true;
      const command = { id, label, description, icon, group };
      const done = await this.request("commands/choose", { command, query });
      if (number !== this.asked) return;
      this.loading = false;
      this.failure = done.failure;
      if (done.failure) return;
      const { start, end } = this;
      if (done.menu.length) {
        Object.assign(this, { menu: done.menu, query: "", end: start + 1, index: 0 });
        this.$emit("taken", start + 1, end); // the sign stays: what is typed behind it now looks in the new menu
        return;
      }
      this.close();
      if (done.entity) this.$emit("entity", done.entity, start, end);
      else this.$emit("text", done.text, start, end);
    },
  },
};

function matches({ label, description = "" }, query) {
  return `${label} ${description}`.toLowerCase().includes(query.trim().toLowerCase());
}
