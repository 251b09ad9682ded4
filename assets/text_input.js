// A native text field that keeps what is being typed: Vue would put an input's old value back whenever anything on the
// page is drawn anew. Attributes and listeners fall through to the field. With `ending`, a text that is too long for
// the field shows its end while nobody writes in it.
export default {
  template: `<input @blur="toEnd" />`,
  props: { value: String, ending: Boolean },
  mounted() {
    this.$el.value = this.value;
    if (!this.ending) return;
    this.sizes = new ResizeObserver(() => this.toEnd());
    this.sizes.observe(this.$el);
  },
  unmounted() {
    this.sizes?.disconnect();
  },
  watch: {
    value(value) {
      this.$el.value = value;
      this.toEnd();
    },
  },
  methods: {
    toEnd() {
      if (!this.ending) return;
      // the browser goes to the beginning when the field is left, after it has said so
      requestAnimationFrame(() => {
        const field = this.$el;
        if (field === document.activeElement) return;
        field.scrollLeft = field.scrollWidth;
        field.classList.toggle("is-cut", field.scrollLeft > 0);
      });
    },
  },
};
