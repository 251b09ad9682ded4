// The threads of one backend in its own order: search, select, rename, delete, load more on scrolling down. The rows
// live here; the server tells what changes of them, so that a thousand threads cost what a change costs.
import { listen } from "bridge";
import { copyText } from "clipboard";
import { NameField } from "name_field";
import { day, distinct, grouped, moment } from "thread_dates";

const CALLS = ["reset", "append", "prepend", "change", "drop", "state", "search"]; // what the server may call
const AWAY = 1500; // ms without the window after which its reader may have made a thread elsewhere

export default {
  components: { NameField },
  template: `<div class="threads">
    <button type="button" class="btn new" data-testid="new-thread" @click="$emit('create')"
      ><span v-html="icons.create"></span>New thread</button>
    <div v-if="rows.length || wanted" class="thread-search">
      <span v-html="icons.search"></span>
      <input ref="search" v-model="wanted" class="field" type="text" placeholder="Search threads" autocomplete="off"
        aria-label="Search the titles and ids of threads" data-testid="thread-search" spellcheck="false"
        @keydown.esc.stop.prevent="leaveSearch" @keydown.enter.prevent="openFirst" @keydown.down.prevent="intoList">
      <button type="button" class="icon-btn" title="Load the list again" aria-label="Load the list of threads again"
        data-testid="reload-threads" v-html="icons.reload" @click="$emit('refresh', true)"></button>
    </div>
    <div class="list" ref="list" @scroll.passive="scrolled">
      <div v-if="problem" class="note failed" role="alert">{{ problem }}</div>
      <div v-else-if="!rows.length && !busy" class="note">{{ empty }}</div>
      <div v-for="group in groups" :key="group.title" class="thread-group">
        <div v-if="group.title" class="thread-group-title" aria-hidden="true" data-testid="thread-group"
          >{{ group.title }}</div>
        <div role="list" :aria-label="group.title || 'Threads'">
          <div v-for="row in group.rows" :key="row.id" class="thread-row" role="listitem" :tabindex="tabindex(row)"
            data-testid="thread-row" :data-thread-id="row.id" :class="{ selected: row.id === selected }"
            :title="hover(row)" :aria-current="row.id === selected ? 'true' : null" @click="open(row)"
            @keydown.enter.self="open(row)" @keydown.f2="rename(row)" @keydown.delete.self="$emit('remove', row.id)"
            @keydown.self="step" @focus="focused = row.id">
            <name-field v-if="editing === row.id" :name="row.title" aria-label="Title of the thread"
              @named="(title, byKey) => named(row, title, byKey)" @left="leaveEditing(row)"></name-field>
            <template v-else>
              <span class="name" :class="{ untitled: !row.title }" @dblclick.stop="rename(row)"
                >{{ row.title || 'Untitled thread' }}</span>
              <small v-if="apart.has(row.id)" class="apart" data-testid="told-apart">{{ apart.get(row.id) }}</small>
              <span v-if="live.includes(row.id)" class="live" title="An answer is streaming"></span>
              <span class="tools">
                <button type="button" class="icon-btn" title="Copy a link to this thread"
                  aria-label="Copy a link to this thread" data-testid="copy-thread-link" :tabindex="tabindex(row)"
                  @click.stop="copyLink(row)" v-html="copied === row.id ? '✓' : icons.link"></button>
                <button type="button" class="icon-btn" aria-label="Rename" title="Rename (F2)"
                  data-testid="rename-thread" :tabindex="tabindex(row)" @click.stop="rename(row)"
                  v-html="icons.rename"></button>
                <button type="button" class="icon-btn" aria-label="Delete" title="Delete" data-testid="delete-thread"
                  :tabindex="tabindex(row)" @click.stop="$emit('remove', row.id)" v-html="icons.remove"></button>
              </span>
            </template>
          </div>
        </div>
      </div>
      <div v-if="wanted.trim()" class="note" role="status" data-testid="thread-search-scope">
        {{ found }} ChatKit has no search: titles and ids are looked through here.
        <template v-if="more && !searching"> Older threads are not loaded.
          <button type="button" class="link-btn" data-testid="search-older" @click="$emit('all')"
            >Load them too</button></template>
        <template v-else-if="searching"> Loading older ones…
          <button type="button" class="link-btn" data-testid="stop-search" @click="$emit('stop')">Stop</button>
        </template>
      </div>
      <div v-else-if="busy" class="note">Loading…</div>
    </div>
  </div>`,
  props: { empty: String, icons: Object, profile: String },
  emits: ["create", "select", "rename", "remove", "more", "all", "stop", "refresh", "ready"],
  data() {
    return {
      rows: [], // { id, title, created: ISO 8601 or "" }
      selected: "",
      live: [],
      busy: true,
      more: false,
      searching: false,
      problem: "",
      wanted: "",
      editing: null,
      focused: null,
      copied: null,
      today: day(Date.now()),
    };
  },
  computed: {
    shown() {
      const words = this.wanted.trim().toLowerCase().split(/\s+/).filter(Boolean);
      if (!words.length) return this.rows;
      return this.rows.filter(({ id, title }) => {
        const text = `${title || "untitled thread"} ${id}`.toLowerCase();
        return words.every((word) => text.includes(word));
      });
    },
    groups() {
      return grouped(this.shown, this.today);
    },
    // Short words behind those titles that more than one thread has, by thread id.
    apart() {
      return distinct(this.rows, this.today);
    },
    found() {
      const { length } = this.shown;
      if (!length) return `None of the ${this.rows.length} threads that are loaded has this in it.`;
      return `${length} of the ${this.rows.length} threads that are loaded.`;
    },
    // The list is one stop of the Tab key, however long it is; the arrow keys go through it.
    stop() {
      const ids = new Set(this.shown.map((row) => row.id));
      return [this.focused, this.selected].find((id) => ids.has(id)) ?? this.shown[0]?.id;
    },
  },
  watch: {
    rows() {
      this.asked = false;
      this.$nextTick(this.scrolled); // a list shorter than its pane never scrolls
    },
  },
  mounted() {
    this.stopListening = listen(this.$el, (call, args) => CALLS.includes(call) && this[call](...args));
    this.$emit("ready");
    this.onAway = () => (this.awaySince ??= Date.now());
    this.onBack = () => {
      if (document.hidden) {
        this.onAway();
        return;
      }
      this.today = day(Date.now());
      if (this.awaySince && Date.now() - this.awaySince > AWAY) this.$emit("refresh", false);
      this.awaySince = null;
    };
    addEventListener("blur", this.onAway);
    addEventListener("focus", this.onBack);
    document.addEventListener("visibilitychange", this.onBack);
  },
  unmounted() {
    this.stopListening?.();
    removeEventListener("blur", this.onAway);
    removeEventListener("focus", this.onBack);
    document.removeEventListener("visibilitychange", this.onBack);
  },
  methods: {
    // --- called by the server ---------------------------------------------------------------------------------------
    reset(rows, state) {
      this.rows = rows;
      this.state(state);
    },
    append(rows, state) {
      this.rows.push(...rows);
      this.state(state);
    },
    prepend(row) {
      this.rows.unshift(row);
    },
    change(row) {
      const at = this.rows.findIndex(({ id }) => id === row.id);
      if (at >= 0) this.rows[at] = row;
    },
    drop(id) {
      this.rows = this.rows.filter((row) => row.id !== id);
    },
    // What the server says of the list as a whole: `selected`, `live`, `busy`, `more`, `searching`, `problem`.
    state(state) {
      Object.assign(this, state);
      this.asked = false;
      this.$nextTick(this.scrolled);
    },
    search() {
      const { search } = this.$refs;
      search?.focus();
      search?.select();
    },

    // --- the rows ---------------------------------------------------------------------------------------------------
    tabindex({ id }) {
      return id === this.stop ? 0 : -1;
    },
    hover({ id, created }) {
      return created ? `${moment(created)}\n${id}` : id;
    },
    open(row) {
      if (this.editing !== row.id) this.$emit("select", row.id);
    },
    step(event) {
      const rows = this.drawn();
      const here = rows.indexOf(event.currentTarget);
      const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[event.key];
      if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      rows[Math.max(0, Math.min(rows.length - 1, to))].focus();
    },
    drawn() {
      return [...this.$refs.list.querySelectorAll(".thread-row")];
    },
    async copyLink({ id }) {
      const query = new URLSearchParams({ profile: this.profile, thread: id });
      try {
        await copyText(`${location.origin}${location.pathname}?${query}`);
        this.copied = id;
      } catch {
        this.copied = null; // the browser refused: no tick says that it is done
      }
      setTimeout(() => (this.copied = null), 1400);
    },
    rename(row) {
      this.editing = row.id;
    },
    named(row, title, byKey) {
      this.editing = null;
      if (title && title !== row.title) this.$emit("rename", { id: row.id, title });
      if (byKey) this.focusRow(row.id);
    },
    leaveEditing(row) {
      this.editing = null;
      this.focusRow(row.id);
    },
    focusRow(id) {
      this.$nextTick(() => this.drawn().find((row) => row.dataset.threadId === id)?.focus());
    },
    scrolled() {
      const list = this.$refs.list;
      if (!list || !this.more || this.busy || this.asked || this.searching || this.wanted.trim()) return;
      if (list.scrollTop + list.clientHeight < list.scrollHeight - 240) return;
      this.asked = true;
      this.$emit("more");
    },

    // --- search -----------------------------------------------------------------------------------------------------
    leaveSearch() {
      if (this.searching) this.$emit("stop");
      if (this.wanted) this.wanted = "";
      else this.$refs.search.blur();
    },
    openFirst() {
      if (this.shown.length) this.open(this.shown[0]);
    },
    intoList() {
      this.drawn()[0]?.focus();
    },
  },
};
