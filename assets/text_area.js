// A native text field of several lines that keeps what is being typed, as text_input.js does. With `sends`, Enter gives
// what stands there away, and Shift+Enter begins a line.
export default {
  template: `<textarea @keydown.enter="entered"></textarea>`,
  props: { value: String, sends: Boolean },
  emits: ["sent"],
  mounted() {
    this.$el.value = this.value ?? "";
  },
  watch: {
    value(value) {
      this.$el.value = value;
    },
  },
  methods: {
    entered(event) {
      if (!this.sends || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    },
    send() {
      const text = this.$el.value;
      if (!text.trim() || this.$el.disabled) return;
      this.$emit("sent", text);
      this.$el.value = "";
      this.$el.focus();
    },
  },
};
