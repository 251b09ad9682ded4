// A place to paste, drop or pick what an answer was recorded in. It goes over HTTP: the page's socket drops what is
// long.
import { explain } from "explaining";

const SHORT = "Paste here, or drop a file anywhere.";
const EXAMPLE = 'Paste here, or drop a file.\n\ndata: {"type": "thread.created", …';

export default {
  template: `<form class="explain-box" :class="{ dragging }" @submit.prevent="paste"
      @dragover.prevent="dragging = true" @dragleave="dragging = false" @drop.prevent="dropped">
    <textarea ref="text" class="field mono" :data-testid="id + 'text'" spellcheck="false" autocomplete="off"
      :rows="small ? 3 : 9" aria-label="Recording, HAR or body" v-model="text" @paste="pasted" :disabled="busy"
      :placeholder="small ? short : example" @keydown.ctrl.enter="paste" @keydown.meta.enter="paste"></textarea>
    <p v-if="!small" class="hint">A response body, the output of <code>curl -i</code>, a HAR file from the browser's
      network tab, what its console says, or a recording of the workbench. Nothing leaves this computer; secrets are
      masked.</p>
    <p v-else class="hint">A body, <code>curl -i</code> output, a HAR file or a recording.</p>
    <p v-if="problem" class="problem" role="alert" :data-testid="id + 'problem'">{{ problem }}</p>
    <div class="actions">
      <label class="btn"><input ref="file" type="file" class="visually-hidden" :data-testid="id + 'file'"
        @change="picked" :disabled="busy" />{{ small ? 'File…' : 'Choose a file…' }}</label>
      <span class="spacer"></span>
      <button type="submit" class="btn primary" :data-testid="id + 'go'" :disabled="busy || !text.trim()"
        >{{ busy ? 'Reading…' : 'Explain' }}</button>
    </div>
    <div v-if="dragging" class="explain-drop" aria-hidden="true">Drop it here</div>
  </form>`,
  props: { session: String, token: String, small: Boolean },
  emits: ["done"],
  computed: {
    // Beside a dialog with the same form, it is another one.
    id() {
      return this.small ? "start-explain-" : "explain-";
    },
  },
  data() {
    return { example: EXAMPLE, short: SHORT, text: "", problem: "", busy: false, dragging: false };
  },
  mounted() {
    if (!this.small) this.$refs.text.focus();
  },
  methods: {
    // Long texts make a field slow, and a browser's field takes no file: what is pasted as one is read as one.
    pasted(event) {
      const [file] = event.clipboardData.files;
      if (!file) return;
      event.preventDefault();
      this.send(file, file.name);
    },
    paste() {
      if (this.text.trim() && !this.busy) this.send(this.text, "pasted text");
    },
    picked(event) {
      const [file] = event.target.files;
      event.target.value = "";
      if (file) this.send(file, file.name);
    },
    dropped(event) {
      this.dragging = false;
      const [file] = event.dataTransfer.files;
      const text = event.dataTransfer.getData("text");
      if (file) this.send(file, file.name);
      else if (text) this.send((this.text = text), "dropped text");
    },
    async send(body, name) {
      this.busy = true;
      this.problem = "";
      this.problem = await explain(body, name, this.session, this.token);
      this.busy = false;
      if (!this.problem) this.$emit("done");
    },
  },
};
