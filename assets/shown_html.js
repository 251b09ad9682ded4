// HTML made by the server that does not change by itself, with its copy buttons; other `data-action`s go to the server.
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
    async copy(button) {
      const text = button.closest(".code").querySelector("pre").textContent;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const area = document.createElement("textarea");
        area.value = text;
        area.style.cssText = "position:fixed;opacity:0";
        this.$el.append(area); // inside: a dialog keeps the focus to itself
        area.select();
        document.execCommand("copy");
        area.remove();
      }
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 1400);
    },
  },
};
