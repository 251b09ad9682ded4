// The thread as it was: where the reader is among its events, and how to go elsewhere. The server moves; this asks, one
// request at a time, and shows where the slider is held meanwhile.
import { listen } from "bridge";

const SPEEDS = [
  [0.5, "0.5×"],
  [1, "1×"],
  [2, "2×"],
  [10, "10×"],
  [0, "max"],
];
const KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
const OWN_KEYS = "input, textarea, select, [contenteditable], [role=tab], [role=separator], [role=listbox], .q-dialog";

export default {
  template: `<div class="travel">
  <div v-if="at" class="travel-bar" data-testid="travel-bar" role="group" aria-label="Time travel"
       :data-position="at.position" :data-end="at.end" :data-playing="at.playing">
    <div class="travel-controls">
      <button type="button" class="icon-btn" data-testid="step-back" title="One event back (←)"
              aria-label="One event back" :disabled="shown <= at.begin" @click="go(shown - 1)"
              v-html="icons.back"></button>
      <button type="button" class="icon-btn travel-play" data-testid="play" :aria-pressed="at.playing"
              :title="at.playing ? 'Pause' : 'Play the events again'" :aria-label="at.playing ? 'Pause' : 'Play'"
              @click="at.playing ? $emit('pause') : play()" v-html="at.playing ? icons.pause : icons.play"></button>
      <button type="button" class="icon-btn" data-testid="step" title="One event on (→)" aria-label="One event on"
              :disabled="shown >= at.end" @click="go(shown + 1)" v-html="icons.step"></button>
    </div>
    <div class="travel-track" :style="{ '--done': share(shown) }">
      <i v-for="tick in at.ticks" :key="tick" class="travel-tick" :style="{ '--at': share(tick) }"
         aria-hidden="true"></i>
      <input type="range" data-testid="scrubber" aria-label="Event" :aria-valuetext="spoken" :min="at.begin"
             :max="at.end" :value="shown" :disabled="at.begin === at.end" @input="go(Number($event.target.value))">
    </div>
    <select class="travel-select" data-testid="speed" aria-label="Speed" title="Speed" v-model.number="speed"
            @change="at.playing && play()">
      <option v-for="[value, label] in speeds" :key="value" :value="value">{{ label }}</option>
    </select>
    <select v-if="at.exchanges > 1" class="travel-select" data-testid="scope" aria-label="What the slider goes over"
            title="What the slider goes over" :value="at.scope" @change="$emit('scope', $event.target.value)">
      <option value="session">Session</option>
      <option value="exchange">Exchange</option>
    </select>
    <button v-if="at.live" type="button" class="btn" data-testid="back-to-now" @click="$emit('back')"
      >Back to now<small v-if="at.behind" data-testid="behind">{{ at.behind }}</small></button>
    <p class="travel-words" data-testid="travel-words"><b>{{ at.count }}</b
      ><span v-for="word in at.words" :key="word"> · {{ word }}</span
      ><em v-if="at.silence" role="status"> · {{ at.silence }}</em></p>
  </div></div>`,
  props: { icons: Object },
  emits: ["look", "go", "play", "pause", "scope", "back"],
  data() {
    return { at: null, wanted: null, speed: 1, speeds: SPEEDS };
  },
  computed: {
    shown() {
      return this.wanted ?? this.at.position;
    },
    spoken() {
      return [this.at.count, ...this.at.words].join(", ");
    },
  },
  created() {
    this.asked = null; // the position that was asked for and has not been answered
  },
  mounted() {
    this.stopListening = listen(this.$el, (call, args) => call === "stateIs" && this.stateIs(...args));
    addEventListener("keydown", this.key);
    this.$emit("look"); // what was said before it was there has not been heard
  },
  unmounted() {
    this.stopListening();
    removeEventListener("keydown", this.key);
  },
  methods: {
    stateIs(state) {
      this.at = state.shown ? state : null;
      if (this.asked !== null && state.answers !== this.asked) return; // it moves by itself
      this.asked = null;
      if (this.wanted === null) return;
      if (this.wanted === state.answers || !state.shown) this.wanted = null;
      else this.ask();
    },
    share(position) {
      const { begin, end } = this.at;
      return end > begin ? (position - begin) / (end - begin) : 0;
    },
    go(position) {
      this.wanted = Math.max(this.at.begin, Math.min(this.at.end, position));
      if (this.asked === null) this.ask();
    },
    ask() {
      this.asked = this.wanted;
      this.$emit("go", this.wanted);
    },
    play() {
      this.$emit("play", this.speed);
    },
    key(event) {
      const step = KEYS[event.key];
      const modified = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
      if (!step || !this.at || modified || event.defaultPrevented || event.target.closest?.(OWN_KEYS)) return;
      if (document.querySelector(".q-dialog--modal")) return;
      event.preventDefault();
      this.go(this.shown + step);
    },
  },
};
