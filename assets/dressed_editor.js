// Names the editor of the page, which cannot do so itself, and tells which theme the page has: at first, and whenever
// that turns, with the system's too, of which no setting of the page says anything.
import { copyText } from "clipboard";

const EDITOR = ".pg-editor .cm-content";

export default {
  template: `<span hidden></span>`,
  props: { label: String },
  emits: ["theme"],
  mounted() {
    this.watching = new MutationObserver(() => this.look());
    this.watching.observe(document.body, { attributes: true, attributeFilter: ["class"] });
    this.look();
    this.coming = new MutationObserver(() => this.name());
    this.coming.observe(document.body, { childList: true, subtree: true });
    this.name();
  },
  unmounted() {
    this.watching.disconnect();
    this.coming.disconnect();
  },
  methods: {
    // "" or why it could not be copied.
    async copy(text) {
      try {
        await copyText(text);
        return "";
      } catch (error) {
        return error.message;
      }
    },
    look() {
      const dark = document.body.classList.contains("body--dark");
      if (dark !== this.dark) this.$emit("theme", (this.dark = dark));
    },
    name() {
      const editor = document.querySelector(EDITOR);
      if (!editor) return;
      editor.setAttribute("tabindex", "0");
      editor.setAttribute("aria-label", this.label);
      this.coming.disconnect();
    },
  },
};
