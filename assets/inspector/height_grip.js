// Below something whose height the reader chooses: by dragging, by the arrow keys, and by a double click the natural
// one again (0). It leaves room for what stands below.
const LEAST = 54; // px
const BELOW = 120; // px of the pane that stay for the rest
const STEP = 24;

export const HeightGrip = {
  template: `
<div class="ev-grip" role="separator" aria-orientation="horizontal" :aria-label="label" tabindex="0" :title="label"
     :aria-valuenow="height || 0" aria-valuemin="0" aria-valuemax="2000" @pointerdown="drag" @keydown="nudge"
     @dblclick="$emit('height', 0)"></div>`,
  props: { label: String, of: Function, height: Number },
  emits: ["height"],
  methods: {
    set(px) {
      const most = this.$el.parentElement.clientHeight - BELOW;
      this.$emit("height", Math.round(Math.max(LEAST, Math.min(most, px))));
    },
    drag(event) {
      event.preventDefault();
      const grip = event.currentTarget;
      const start = this.of().offsetHeight - event.clientY;
      grip.setPointerCapture(event.pointerId);
      const move = (e) => this.set(start + e.clientY);
      grip.addEventListener("pointermove", move);
      grip.addEventListener("lostpointercapture", () => grip.removeEventListener("pointermove", move), { once: true });
    },
    nudge(event) {
      const step = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
      if (!step) return;
      event.preventDefault();
      this.set(this.of().offsetHeight + step);
    },
  },
};
