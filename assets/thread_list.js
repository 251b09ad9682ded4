// The threads of one backend, newest first: select, rename, delete, load more on scrolling down.
export default {
  template: `<div class="threads">
    <button type="button" class="btn new" data-testid="new-thread" @click="$emit('create')"
      ><span v-html="icons.create"></span>New thread</button>
    <div class="list" ref="list" @scroll.passive="scrolled" role="list" aria-label="Threads">
      <div v-if="problem" class="note failed" role="alert">{{ problem }}</div>
      <div v-else-if="!rows.length && !busy" class="note">{{ empty }}</div>
      <div v-for="row in rows" :key="row.id" class="thread-row" role="listitem" :tabindex="tabindex(row)"
        data-testid="thread-row" :data-thread-id="row.id" :class="{ selected: row.id === selected }" :title="row.id"
        :aria-current="row.id === selected ? 'true' : null" @click="open(row)" @keydown.enter.self="open(row)"
        @keydown.f2="rename(row)" @keydown.delete.self="$emit('remove', row.id)" @keydown.self="step"
        @focus="focused = row.id">
        <input v-if="editing === row.id" class="field" :value="row.title" :ref="focus" aria-label="Title of the thread"
          @click.stop @keydown.enter.stop="commit(row, $event)" @keydown.esc.stop="editing = null"
          @blur="commit(row, $event)" />
        <template v-else>
          <span class="name" :class="{ untitled: !row.title }" @dblclick.stop="rename(row)"
            >{{ row.title || 'Untitled thread' }}</span>
          <span v-if="live.includes(row.id)" class="live" title="An answer is streaming"></span>
          <span class="tools">
            <button type="button" class="icon-btn" aria-label="Rename" title="Rename" data-testid="rename-thread"
              :tabindex="tabindex(row)" @click.stop="rename(row)" v-html="icons.rename"></button>
            <button type="button" class="icon-btn" aria-label="Delete" title="Delete" data-testid="delete-thread"
              :tabindex="tabindex(row)" @click.stop="$emit('remove', row.id)" v-html="icons.remove"></button>
          </span>
        </template>
      </div>
      <div v-if="busy" class="note">Loading…</div>
    </div>
  </div>`,
  props: {
    rows: Array,
    selected: String,
    live: Array,
    busy: Boolean,
    more: Boolean,
    problem: String,
    empty: String,
    icons: Object,
  },
  emits: ["create", "select", "rename", "remove", "more"],
  data() {
    return { editing: null, focused: null };
  },
  computed: {
    // The list is one stop of the Tab key, however long it is; the arrow keys go through it.
    stop() {
      const ids = this.rows.map((row) => row.id);
      return [this.focused, this.selected].find((id) => ids.includes(id)) ?? ids[0];
    },
  },
  watch: {
    rows() {
      this.asked = false;
      this.$nextTick(this.scrolled); // a list shorter than its pane never scrolls
    },
  },
  mounted() {
    this.scrolled();
  },
  methods: {
    tabindex({ id }) {
      return id === this.stop ? 0 : -1;
    },
    open(row) {
      if (this.editing !== row.id) this.$emit("select", row.id);
    },
    step(event) {
      const rows = [...this.$refs.list.querySelectorAll(".thread-row")];
      const here = rows.indexOf(event.currentTarget);
      const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      rows[Math.max(0, Math.min(rows.length - 1, to))].focus();
    },
    rename(row) {
      this.editing = row.id;
    },
    focus(input) {
      if (input && document.activeElement !== input) {
        input.focus();
        input.select();
      }
    },
    commit(row, event) {
      if (this.editing !== row.id) return; // Enter and the blur it causes are one commit
      const title = event.target.value.trim();
      this.editing = null;
      if (title && title !== row.title) this.$emit("rename", { id: row.id, title });
    },
    scrolled() {
      const list = this.$refs.list;
      if (!list || !this.more || this.busy || this.asked) return;
      if (list.scrollTop + list.clientHeight < list.scrollHeight - 240) return;
      this.asked = true;
      this.$emit("more");
    },
  },
};
