// A text field for JSON: a plain one, whose letters are drawn in colour behind it, with the lines numbered and what is
// remarked on underlined. `remarks` = [{level, path, at, …}].
import { pieceOf, scan } from "json_text";

const MOST = 60000; // characters that are coloured

export const JsonField = {
  template: `
<div class="jf" :class="{ plain }">
  <div class="jf-page">
    <pre class="jf-shown" ref="shown" aria-hidden="true"></pre>
    <textarea class="jf-typed" ref="typed" data-testid="raw-body" spellcheck="false" autocomplete="off"
      autocapitalize="off" aria-label="Body of the request" :aria-describedby="describedby" :value="value"
      @input="$emit('update:value', $event.target.value)" @keydown.enter="entered"></textarea>
  </div>
</div>`,
  props: { value: String, remarks: { type: Array, default: () => [] }, describedby: String },
  emits: ["update:value", "send"],
  computed: {
    plain() {
      return this.value.length > MOST;
    },
  },
  watch: {
    value: "draw",
    remarks: "draw",
  },
  mounted() {
    this.draw();
  },
  methods: {
    draw() {
      const { value } = this;
      const lines = document.createDocumentFragment();
      if (this.plain) {
        this.$refs.shown.textContent = `${value}\n`;
        return;
      }
      const scanned = scan(value);
      const marked = new Map(); // pieces by the worst remark on them
      for (const remark of this.remarks) {
        const piece = pieceOf(remark, scanned);
        if (piece && marked.get(piece) !== "error") marked.set(piece, remark.level);
      }
      let line = this.line(lines);
      let place = 0;
      const write = (text, cls) => {
        text.split("\n").forEach((part, i) => {
          if (i) line = this.line(lines);
          if (!part) return;
          if (!cls) {
            line.append(part);
            return;
          }
          const span = document.createElement("span");
          span.className = cls;
          span.textContent = part;
          line.append(span);
        });
      };
      for (const piece of scanned.pieces) {
        write(value.slice(place, piece.from));
        const level = marked.get(piece);
        if (level) line.classList.add(`is-${level}`);
        write(value.slice(piece.from, piece.to), `jf-${piece.kind}${level ? ` jf-bad is-${level}` : ""}`);
        place = piece.to;
      }
      write(value.slice(place));
      this.$refs.shown.replaceChildren(lines);
    },
    line(lines) {
      const line = document.createElement("div");
      lines.append(line);
      return line;
    },
    // Enter goes on as far in as the line begins; with Ctrl it sends.
    entered(event) {
      if (event.isComposing) return;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        this.$emit("send");
        return;
      }
      if (event.shiftKey || event.altKey) return;
      const { selectionStart: at, value } = event.target;
      const [space] = /^[ \t]*/.exec(value.slice(value.lastIndexOf("\n", at - 1) + 1, at));
      const deeper = /[{[]\s*$/.test(value.slice(0, at).slice(-20)) ? "  " : "";
      if (!space && !deeper) return;
      event.preventDefault();
      document.execCommand("insertText", false, `\n${space}${deeper}`); // so that Ctrl+Z takes it back
    },
    // Let the reader see and type at what a remark is about.
    go(remark) {
      const piece = pieceOf(remark, scan(this.value));
      const field = this.$refs.typed;
      field.focus({ preventScroll: true });
      if (!piece) return;
      field.setSelectionRange(piece.from, piece.to);
      this.$refs.shown.querySelector(".jf-bad")?.scrollIntoView({ block: "nearest" });
      const line = this.value.slice(0, piece.from).split("\n").length - 1;
      this.$refs.shown.children[line]?.scrollIntoView({ block: "nearest" });
    },
    focus() {
      this.$refs.typed.focus();
    },
  },
};
