// The frame with the official widget in it. It is on another origin, which alone is listened to and spoken to; what it
// says goes on to the server as data.
import { listen } from "bridge";

export default {
  template: `<iframe ref="frame" class="stage-frame" data-testid="compare-official" title="The official widget"
    allow="clipboard-write; microphone" :src="address"></iframe>`,
  props: { origin: String },
  emits: ["said"],
  data() {
    return { address: "" };
  },
  mounted() {
    this.unlisten = listen(this.$el, (method, args) => this[method](...args));
    this.heard = ({ data, origin, source }) => {
      if (origin !== this.origin || source !== this.$refs.frame.contentWindow) return;
      if (!data || typeof data !== "object" || typeof data.stage !== "string") return;
      if (data.stage === "facts") this.facts = data;
      this.$emit("said", data);
    };
    addEventListener("message", this.heard);
    this.theme = new MutationObserver(() => this.post({ theme: this.scheme() }));
    this.theme.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  },
  unmounted() {
    this.unlisten();
    removeEventListener("message", this.heard);
    this.theme.disconnect();
  },
  methods: {
    scheme() {
      return document.body.classList.contains("body--dark") ? "dark" : "light";
    },
    // A new element: the address of a living one's backend cannot change, nor are its options merged.
    load(path) {
      this.facts = null;
      this.address = `${this.origin}${path}&theme=${this.scheme()}`;
    },
    // After a cut of the connection, in which something may have been lost.
    repeat() {
      if (this.facts) this.$emit("said", this.facts);
    },
    post(message) {
      this.$refs.frame.contentWindow?.postMessage(message, this.origin);
    },
  },
};
