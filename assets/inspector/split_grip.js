// Between a list and its detail, which is below it or, in a wide pane, beside it. The size belongs to this browser.
const KEPT = "workbench.inspector.split";
const STEPS = { ArrowUp: 0.04, ArrowLeft: 0.04, ArrowDown: -0.04, ArrowRight: -0.04 };

// The size of the detail as CSS, or null when nobody has changed it.
export const keptSize = () => localStorage.getItem(KEPT);

export const SplitGrip = {
  template: `
<div class="ev-grip" role="separator" aria-label="Size of the detail" tabindex="0" :aria-valuenow="percent"
     aria-valuemin="15" aria-valuemax="80" @pointerdown="drag" @keydown="nudge"></div>`,
  emits: ["size"],
  data() {
    return { percent: parseInt(keptSize() ?? "50", 10) };
  },
  methods: {
    resize(part) {
      this.percent = Math.round(Math.max(15, Math.min(80, part * 100)));
      const size = `${this.percent}%`;
      localStorage.setItem(KEPT, size);
      this.$emit("size", size);
    },
    drag(event) {
      event.preventDefault();
      const grip = event.currentTarget;
      grip.setPointerCapture(event.pointerId);
      const move = (e) => {
        const box = grip.parentElement.getBoundingClientRect();
        const wide = grip.offsetHeight > grip.offsetWidth;
        this.resize(wide ? (box.right - e.clientX) / box.width : (box.bottom - e.clientY) / box.height);
      };
      grip.addEventListener("pointermove", move);
      grip.addEventListener("lostpointercapture", () => grip.removeEventListener("pointermove", move), { once: true });
    },
    nudge(event) {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      this.resize(parseFloat(getComputedStyle(this.$el).getPropertyValue("--split")) / 100 + step);
    },
  },
};
