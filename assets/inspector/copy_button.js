// A button that copies `text`, or what a function of that name answers (null: nothing, and the reason is said already).
// An icon, called `name` for screen readers; with `words`, a button with a text.
import { copyText } from "clipboard";

export const CopyButton = {
  template: `
<button v-if="words" type="button" class="in-button" @click="copy">
  <i v-html="icon"></i>{{ copied ? 'Copied' : words }}</button>
<button v-else type="button" class="in-icon" :title="copied ? 'Copied' : picture === 'copy' ? 'Copy' : name"
        :aria-label="name" @click="copy"
        v-html="icon"></button>`,
  props: { text: [String, Function], name: String, words: String, picture: { type: String, default: "copy" } },
  inject: ["icons", "complain"],
  data() {
    return { copied: false };
  },
  computed: {
    icon() {
      return this.icons[this.copied ? "check" : this.picture];
    },
  },
  methods: {
    async copy() {
      const text = typeof this.text === "function" ? await this.text() : this.text;
      if (text === null) return;
      try {
        await copyText(text);
      } catch (error) {
        this.complain(`Could not copy: ${error.message}`);
        return;
      }
      this.copied = true;
      clearTimeout(this.over);
      this.over = setTimeout(() => (this.copied = false), 1400);
    },
  },
};
