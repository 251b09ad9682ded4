// The text of a message: a plain textarea, so that typing, input methods, undo and screen readers work as everywhere.
// Tags are ranges of its text; a mirror of it behind the letters draws them.
import { found, label, moved, pieces } from "tagged_text";

const MAX_HEIGHT = 0.4; // of the window
const COMES_BACK = ["historyUndo", "historyRedo", "insertFromPaste", "insertFromDrop"];

export const MessageField = {
  template: `<div class="composer-field">
    <div v-if="tags.length" class="composer-mirror" ref="mirror" aria-hidden="true"
      ><template v-for="(piece, i) in pieces" :key="i"><mark v-if="piece.tag" data-testid="composer-tag"
      >{{ piece.text }}</mark><template v-else>{{ piece.text }}</template></template>&#8203;</div>
    <textarea ref="field" rows="1" data-testid="composer" aria-label="Message" :value="text" :placeholder="placeholder"
      :disabled="disabled" aria-autocomplete="list" :aria-controls="menu || null"
      :aria-activedescendant="active || null" @input="edited" @keydown="key" @paste="$emit('pasted', $event)"
      @scroll="follow" @click="$emit('caret')" @keyup="caretMoved" @mousemove="pointed" @mouseleave="left"></textarea>
  </div>`,
  props: { placeholder: String, disabled: Boolean, menu: String, active: String },
  emits: ["changed", "caret", "key", "pasted", "tag"],
  data() {
    return { text: "", tags: [] };
  },
  computed: {
    pieces() {
      return pieces(this.text, this.tags);
    },
  },
  created() {
    this.known = new Map(); // entities that have been tags of this message, by their labels
    this.over = null;
  },
  methods: {
    focus() {
      this.$refs.field.focus({ preventScroll: true });
    },
    selected() {
      const { selectionStart, selectionEnd } = this.$refs.field;
      return { start: selectionStart, end: selectionEnd };
    },

    // Everything anew, with the caret at the end.
    set({ text, tags }) {
      this.text = text;
      this.tags = tags;
      this.remember(tags);
      this.$nextTick(() => {
        this.grow();
        this.$refs.field.setSelectionRange(text.length, text.length);
      });
      this.$emit("changed", { typed: false });
    },
    remember(tags) {
      for (const { entity } of tags) this.known.set(label(entity), entity);
    },

    // As if it had been typed in place of [start, end): the browser can undo it.
    write(start, end, text, entity = null) {
      const field = this.$refs.field;
      field.focus({ preventScroll: true });
      field.setSelectionRange(start, end);
      const done = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
      if (!done) {
        field.setRangeText(text, start, end, "end");
        this.edited({ target: field, inputType: "" });
      }
      if (!entity) return;
      this.known.set(label(entity), entity);
      const tag = { start, end: start + label(entity).length, entity };
      this.tags = [...this.tags, tag].sort((one, other) => one.start - other.start);
      this.$emit("changed", { typed: false });
    },
    insertTag(entity, start = this.selected().start, end = this.selected().end) {
      const before = start > 0 && !/\s/.test(this.text[start - 1]) ? " " : "";
      if (before) this.write(start, start, before);
      const shift = before.length;
      const after = /^\s/.test(this.text.slice(end + shift)) ? "" : " ";
      this.write(start + shift, end + shift, label(entity) + after, entity);
    },
    insertText(words) {
      const { start, end } = this.selected();
      const before = start > 0 && !/\s/.test(this.text[start - 1]) ? " " : "";
      const after = this.text[end] && !/\s/.test(this.text[end]) ? " " : "";
      this.write(start, end, before + words + after);
    },

    edited(event) {
      const field = event.target;
      const { value } = field;
      this.tags = moved(this.tags, this.text, value, field.selectionEnd);
      if (this.known.size && COMES_BACK.includes(event.inputType)) {
        this.tags = found(value, this.tags, this.known.values());
      }
      this.text = value;
      this.grow();
      this.$emit("changed", { typed: true });
    },
    key(event) {
      this.$emit("key", event);
      if (event.defaultPrevented || event.isComposing || !["Backspace", "Delete"].includes(event.key)) return;
      const { start, end } = this.selected();
      if (start !== end || event.altKey || event.ctrlKey || event.metaKey) return;
      const back = event.key === "Backspace";
      const whole = this.tags.find((tag) =>
        back ? tag.start < start && start <= tag.end : tag.start <= start && start < tag.end,
      );
      if (!whole) return;
      event.preventDefault();
      this.write(whole.start, whole.end, "");
    },
    caretMoved(event) {
      if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") this.$emit("caret");
    },

    grow() {
      const field = this.$refs.field;
      if (!field) return;
      field.style.height = "auto";
      field.style.height = `${Math.min(field.scrollHeight, window.innerHeight * MAX_HEIGHT)}px`;
      this.$nextTick(this.follow);
    },
    follow() {
      const { field, mirror } = this.$refs;
      if (!mirror) return;
      mirror.style.width = `${field.clientWidth}px`; // its scrollbar breaks the lines elsewhere
      mirror.scrollTop = field.scrollTop;
    },

    // The textarea is above the mirror: which tag the pointer is on, their rectangles tell.
    pointed(event) {
      if (!this.tags.length) return;
      const marks = [...(this.$refs.mirror?.querySelectorAll("mark") ?? [])];
      const inside = ({ left, right, top, bottom }) =>
        event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
      const at = marks.findIndex((mark) => [...mark.getClientRects()].some(inside));
      const tag = at === -1 ? null : this.tags[at];
      if (tag === this.over) return;
      this.over = tag;
      this.$emit("tag", tag?.entity ?? null, marks[at]);
    },
    left() {
      this.over = null;
      this.$emit("tag", null);
    },
  },
};
