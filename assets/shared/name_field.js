// The name of a row, to be typed over. What is typed belongs to the field: the list around it may be drawn anew
// meanwhile, by a stream or because it is read again.
export const NameField = {
  template: `<input class="field" @click.stop @keydown.enter.stop="end" @keydown.esc.stop="leave" @blur="end" />`,
  props: { name: String },
  emits: ["named", "left"], // named: what stands there, and whether a key ended it and no click elsewhere
  mounted() {
    this.$el.value = this.name;
    this.$el.focus();
    this.$el.select();
  },
  methods: {
    end(event) {
      if (event.isComposing || this.ended) return; // Enter and the blur it causes are one end
      this.ended = true;
      this.$emit("named", this.$el.value.trim(), event.type === "keydown");
    },
    leave() {
      this.ended = true;
      this.$emit("left");
    },
  },
};
