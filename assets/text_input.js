// A native text field that keeps what is being typed: Vue would put an input's old value back whenever anything on the
// page is drawn anew. Attributes and listeners fall through to the field.
export default {
  template: `<input />`,
  props: { value: String },
  mounted() {
    this.$el.value = this.value;
  },
  watch: {
    value(value) {
      this.$el.value = value;
    },
  },
};
