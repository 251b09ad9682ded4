// Three panes side by side: widths by dragging or arrow keys, both outer panes fold. The widths and what is folded
// belong to this browser (localStorage), not to the backend or the thread. `main` is NiceGUI's, around all of them.
const KEY = "workbench.shell";
const LIMITS = { left: [200, 460], right: [300, 1000] };
const MIDDLE = 380; // px that stay for the conversation
const NARROW = "(max-width: 900px)"; // one pane at a time: the outer ones lie over the conversation
const MEDIUM = "(max-width: 1180px)"; // the inspector keeps its place, the threads lie over the conversation

export default {
  template: `<div class="shell" :class="{ 'no-left': !open.left, 'no-right': !open.right }">
    <a class="skip" href="#conversation" data-testid="skip" @click.prevent="skip">Skip to the conversation</a>
    <section class="pane pane-left" aria-label="Backend and threads" @click="chosen"><slot name="left"></slot>
      <button type="button" class="icon-btn pane-close" title="Close (Esc)" aria-label="Close the threads"
        data-testid="close-threads" @click.stop="toggle('left', false)">{{ CROSS }}</button>
      <div class="resizer" role="separator" aria-orientation="vertical" aria-label="Width of the threads pane"
        tabindex="0" v-bind="limits('left')" @pointerdown="drag($event, 'left')"
        @keydown="nudge($event, 'left')"></div></section>
    <section class="pane pane-middle" id="conversation" aria-label="Conversation"><slot name="middle"></slot></section>
    <section class="pane pane-right" aria-label="Inspector"><slot name="right"></slot>
      <button type="button" class="icon-btn pane-close" title="Close (Esc)" aria-label="Close the inspector"
        data-testid="close-inspector" @click.stop="toggle('right', false)">{{ CROSS }}</button>
      <div class="resizer" role="separator" aria-orientation="vertical" aria-label="Width of the inspector" tabindex="0"
        v-bind="limits('right')" @pointerdown="drag($event, 'right')" @keydown="nudge($event, 'right')"></div></section>
    <div class="scrim" @click="closeAll"></div>
  </div>`,
  emits: ["panes", "went"],
  data() {
    return { CROSS: "✕", open: { left: true, right: true }, widths: { left: 272, right: 440 } };
  },
  mounted() {
    const saved = this.kept();
    Object.assign(this.widths, saved.widths);
    this.narrow = matchMedia(NARROW);
    this.medium = matchMedia(MEDIUM);
    this.fit();
    for (const room of [this.narrow, this.medium]) room.addEventListener("change", this.fit);
    this.apply();
    this.$emit("panes", { ...this.open });
    this.onWent = () => this.$emit("went", location.search); // back or forward
    addEventListener("popstate", this.onWent);
    this.onEscape = (event) => {
      const dialog = document.querySelector(".q-dialog--modal, .q-menu");
      if (event.key === "Escape" && !event.defaultPrevented && !dialog) this.closeAll();
    };
    addEventListener("keydown", this.onEscape);
  },
  unmounted() {
    removeEventListener("popstate", this.onWent);
    removeEventListener("keydown", this.onEscape);
    for (const room of [this.narrow, this.medium]) room.removeEventListener("change", this.fit);
  },
  methods: {
    limits(side) {
      const [low, high] = LIMITS[side];
      return { "aria-valuenow": this.widths[side], "aria-valuemin": low, "aria-valuemax": high };
    },
    apply() {
      this.$el.style.setProperty("--left", this.widths.left + "px");
      this.$el.style.setProperty("--right", this.widths.right + "px");
    },
    kept() {
      try {
        return JSON.parse(localStorage.getItem(KEY) || "{}");
      } catch {
        return {}; // a damaged entry is as good as none
      }
    },
    keep() {
      const open = { left: true, right: true, ...this.kept().open };
      for (const side of ["left", "right"]) {
        if (!this.over(side)) open[side] = this.open[side]; // what is folded for want of room is not the reader's wish
      }
      localStorage.setItem(KEY, JSON.stringify({ open, widths: this.widths }));
    },
    // Whether there is so little room that this pane lies over the conversation.
    over(side) {
      return side === "left" ? this.medium.matches : this.narrow.matches;
    },
    fit() {
      const wished = { left: true, right: true, ...this.kept().open };
      this.open = { left: wished.left && !this.over("left"), right: wished.right && !this.over("right") };
      this.$emit("panes", { ...this.open });
    },
    width(side, px) {
      const other = side === "left" ? "right" : "left";
      const room = innerWidth - MIDDLE - (this.open[other] ? this.widths[other] : 0);
      const [low, high] = LIMITS[side];
      this.widths[side] = Math.round(Math.max(low, Math.min(high, room, px)));
      this.apply();
    },
    drag(event, side) {
      event.preventDefault();
      const grip = event.currentTarget;
      grip.setPointerCapture(event.pointerId);
      grip.classList.add("active");
      document.body.classList.add("resizing");
      const from = event.clientX;
      const start = this.widths[side];
      const move = (e) => this.width(side, start + (e.clientX - from) * (side === "left" ? 1 : -1));
      const end = () => {
        grip.removeEventListener("pointermove", move);
        grip.classList.remove("active");
        document.body.classList.remove("resizing");
        this.keep();
      };
      grip.addEventListener("pointermove", move);
      grip.addEventListener("lostpointercapture", end, { once: true });
    },
    skip() {
      const field = this.$el.querySelector("[data-testid=composer]:not(:disabled)");
      (field ?? this.$el.querySelector(".conversation-scroll"))?.focus();
    },
    nudge(event, side) {
      const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.width(side, this.widths[side] + (side === "left" ? step : -step));
      this.keep();
    },
    toggle(side, wish) {
      const other = side === "left" ? "right" : "left";
      this.open = { ...this.open, [side]: wish ?? !this.open[side] };
      if (this.narrow.matches && this.open[side]) this.open = { ...this.open, [other]: false };
      this.keep();
      this.$emit("panes", { ...this.open });
    },
    // Over the conversation, this pane has done its work once a thread is chosen, or what comes in its place.
    chosen(event) {
      const leads = ".thread-row, .threads .new, .menu-row, .link-btn";
      const chose = event.target.closest(leads) && !event.target.closest(".tools, input");
      if (chose) this.closeAll();
    },
    // What lies over the conversation.
    closeAll() {
      this.open = { left: this.open.left && !this.over("left"), right: this.open.right && !this.over("right") };
      this.$emit("panes", { ...this.open });
    },
  },
};
