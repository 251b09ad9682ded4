// A file that is dropped anywhere on the page is explained, but where something takes files itself: the composer
// attaches them. Without this, the browser would leave the page for the file.
import { explain } from "explaining";

const TAKERS = ".composer, .explain-box, .q-dialog"; // what takes files itself, or stands before the page
const SHOWN = 8000; // ms

export default {
  template: `<div class="drop-anywhere">
    <div v-if="over" class="drop-veil" aria-hidden="true"><b>Drop it here to have it explained</b>
      <span>A recording, a HAR file, the output of curl, a response body</span></div>
    <div v-if="problem" class="drop-problem" role="alert" data-testid="drop-problem">{{ problem }}</div>
  </div>`,
  props: { session: String, token: String },
  data() {
    return { over: false, problem: "" };
  },
  mounted() {
    this.heard = { dragover: this.dragged, dragleave: this.left, drop: this.dropped };
    for (const [kind, take] of Object.entries(this.heard)) addEventListener(kind, take);
  },
  unmounted() {
    clearTimeout(this.later);
    for (const [kind, take] of Object.entries(this.heard)) removeEventListener(kind, take);
  },
  methods: {
    ours(event) {
      return event.dataTransfer?.types.includes("Files") && !event.target.closest?.(TAKERS);
    },
    dragged(event) {
      this.over = this.ours(event);
      if (this.over) event.preventDefault();
    },
    left(event) {
      if (!event.relatedTarget) this.over = false; // out of the window
    },
    async dropped(event) {
      const ours = this.ours(event) && !event.defaultPrevented;
      this.over = false;
      if (!ours) return;
      event.preventDefault();
      const [file] = event.dataTransfer.files;
      if (!file) return;
      this.problem = await explain(file, file.name, this.session, this.token);
      clearTimeout(this.later);
      if (this.problem) this.later = setTimeout(() => (this.problem = ""), SHOWN);
    },
  },
};
