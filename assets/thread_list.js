// The threads of one backend, newest first: select, rename, delete, load more on scrolling down.
export default {
  template: `<div class="threads">
    <button type="button" class="btn new" data-testid="new-thread" @click="$emit('create')"><span v-html="icons.create"></span>New thread</button>
    <div class="list" ref="list" @scroll.passive="scrolled" role="list" aria-label="Threads">
      <div v-if="problem" class="note failed" role="alert">{{ problem }}</div>
      <div v-else-if="!rows.length && !busy" class="note">{{ empty }}</div>
      <div v-for="row in rows" :key="row.id" class="thread-row" role="listitem" tabindex="0" data-testid="thread-row"
        :data-thread-id="row.id" :class="{ selected: row.id === selected }" :title="row.id"
        :aria-current="row.id === selected ? 'true' : null" @click="open(row)" @keydown.enter.self="open(row)"
        @keydown.f2="rename(row)">
        <input v-if="editing === row.id" class="field" :value="row.title" :ref="focus" aria-label="Title of the thread"
          @click.stop @keydown.enter.stop="commit(row, $event)" @keydown.esc.stop="editing = null" @blur="commit(row, $event)" />
        <template v-else>
          <span class="name" :class="{ untitled: !row.title }" @dblclick.stop="rename(row)">{{ row.title || 'Untitled thread' }}</span>
          <span v-if="live.includes(row.id)" class="live" title="An answer is streaming"></span>
          <span class="tools">
            <button type="button" class="icon-btn" aria-label="Rename" title="Rename" data-testid="rename-thread" @click.stop="rename(row)" v-html="icons.rename"></button>
            <button type="button" class="icon-btn" aria-label="Delete" title="Delete" data-testid="delete-thread" @click.stop="$emit('remove', row.id)" v-html="icons.remove"></button>
          </span>
        </template>
      </div>
      <div v-if="busy" class="note">Loading…</div>
    </div>
  </div>`,
  props: { rows: Array, selected: String, live: Array, busy: Boolean, more: Boolean, problem: String, empty: String, icons: Object },
  emits: ["create", "select", "rename", "remove", "more"],
  data() {
    return { editing: null };
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
    open(row) {
      if (this.editing !== row.id) this.$emit("select", row.id);
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
