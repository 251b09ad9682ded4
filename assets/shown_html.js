// HTML made by the server that changes only as a whole, with its copy buttons; other `data-action`s go to the server.
import { copyBy } from "clipboard";

export default {
  template: `<div class="shown-html" @click="clicked" v-html="html"></div>`,
  props: { html: String },
  emits: ["act"],
  methods: {
    clicked(event) {
      const at = event.target.closest("[data-action]");
      if (!at) return;
      const action = JSON.parse(at.dataset.action);
      if (action.do === "copy-code") this.copy(at);
      else this.$emit("act", action);
    },
    copy(button) {
      copyBy(button, button.closest(".code").querySelector("pre").textContent, this.$el);
    },
  },
};
