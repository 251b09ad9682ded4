// The composer. Enter sends, Shift+Enter breaks the line; while an input method composes, Enter belongs to it.
import { address } from "bridge";
import { ask, reason, reasonIn } from "requests";

const MAX_HEIGHT = 0.4; // of the window
let nextChip = 1;

export default {
  template: `<div class="composer" :class="{ 'is-empty': state.empty, 'is-dragging': dragging }"
      @dragover.prevent="dragging = true" @dragleave.self="dragging = false" @drop.prevent="dropped">
    <div v-if="state.empty && state.status === 'active'" class="composer-start">
      <h2>{{ greeting }}</h2>
      <div v-if="prompts.length" class="composer-prompts">
        <button v-for="(prompt, i) in prompts" :key="i" type="button" class="composer-prompt" data-testid="start-prompt"
          :title="prompt.prompt" @click="suggest(prompt)"><span v-html="prompt.icon"></span>{{ prompt.label }}</button>
      </div>
    </div>
    <div v-if="state.status === 'closed'" class="composer-closed" data-testid="thread-closed" role="status">
      <span v-html="icons.locked"></span><span>{{ state.reason || 'This thread is closed.' }}</span>
    </div>
    <form v-else class="composer-box" :class="{ 'is-locked': locked }" @submit.prevent="send" @click="focusField">
      <ul v-if="chips.length" class="composer-files">
        <li v-for="chip in chips" :key="chip.key" class="composer-file" :class="{ 'is-bad': chip.error }"
            data-testid="attachment" :data-status="chip.error ? 'failed' : chip.id ? 'done' : 'uploading'">
          <img v-if="chip.preview" :src="chip.preview" alt="">
          <span v-else v-html="icons.file"></span>
          <span class="composer-file-text"><b>{{ chip.name }}</b><small v-if="chip.error">{{ chip.error }}</small>
            <small v-else-if="!chip.id">{{ progress(chip) }}</small>
          </span>
          <button v-if="chip.error" type="button" class="icon-btn" title="Try again"
            :aria-label="'Try again to upload ' + chip.name" data-testid="retry-upload" v-html="icons.retry"
            @click.stop="chip.again()"></button>
          <button type="button" class="icon-btn" title="Remove" :aria-label="'Remove ' + chip.name"
            v-html="icons.remove" @click.stop="discard(chip)"></button>
          <i v-if="!chip.id && !chip.error" class="composer-file-bar" :style="{ width: chip.progress * 100 + '%' }"></i>
        </li>
      </ul>
      <textarea ref="field" rows="1" data-testid="composer" aria-label="Message" v-model="text"
        :placeholder="placeholder" :disabled="locked" @input="grow" @keydown="key" @paste="pasted"></textarea>
      <div class="composer-bar">
        <input ref="files" type="file" multiple hidden data-testid="file-input" @change="picked">
        <button type="button" class="icon-btn" title="Attach files" aria-label="Attach files" :disabled="locked"
          v-html="icons.attach" @click.stop="$refs.files.click()"></button>
        <span v-if="problem || unsent" class="composer-problem" role="alert">{{ problem || unsent }}</span>
        <span class="composer-gap"></span>
        <button v-if="state.running && state.can_stop" type="button" class="composer-send" data-testid="stop"
          aria-label="Stop" title="Stop" v-html="icons.stop" @click.stop="$emit('stop')"></button>
        <button v-else type="submit" class="composer-send" data-testid="send" :aria-label="sendLabel" :title="sendLabel"
          :disabled="!ready" v-html="icons.send"></button>
      </div>
    </form>
  </div>`,
  props: { conversation: String, token: String, greeting: String, prompts: Array, icons: Object, first: Object },
  emits: ["stop", "ready"],
  data() {
    return { state: this.first, text: "", chips: [], problem: "", sending: false, dragging: false };
  },
  computed: {
    locked() {
      return this.state.status === "locked";
    },
    placeholder() {
      if (this.locked) return this.state.reason || "This thread is locked.";
      return this.state.held || "Message your backend";
    },
    uploading() {
      return this.chips.some((chip) => !chip.id && !chip.error);
    },
    // A message must not go without a file that its writer believes to be in it.
    unsent() {
      const failed = this.chips.filter((chip) => chip.error).length;
      if (!failed) return "";
      if (failed === 1) return "1 attachment failed: remove it or try again";
      return `${failed} attachments failed: remove them or try again`;
    },
    ready() {
      const something = this.text.trim() !== "" || this.chips.some((chip) => chip.id);
      const waits = this.sending || this.state.running || this.uploading || this.unsent || this.state.held;
      return something && !this.locked && !waits;
    },
    sendLabel() {
      if (this.state.running) return "Wait until the answer is complete";
      if (this.uploading) return "Wait until the files are there";
      if (this.state.held) return this.state.held;
      if (this.unsent) return this.unsent;
      return "Send";
    },
    draftKey() {
      return `workbench.draft.${this.state.thread || "new"}`;
    },
    base() {
      return `conversations/${this.conversation}`;
    },
  },
  watch: {
    draftKey(key, before) {
      // the thread has just got its id: what is being typed goes with it
      if (this.text) sessionStorage.setItem(key, this.text);
      sessionStorage.removeItem(before);
    },
    text(text) {
      if (text) sessionStorage.setItem(this.draftKey, text);
      else sessionStorage.removeItem(this.draftKey);
    },
  },
  mounted() {
    this.text = sessionStorage.getItem(this.draftKey) || "";
    this.$nextTick(() => {
      this.grow();
      if (matchMedia("(hover: hover)").matches) this.$refs.field?.focus({ preventScroll: true });
    });
    this.$emit("ready");
  },
  unmounted() {
    for (const chip of this.chips) this.forget(chip);
  },
  methods: {
    // --- from the server --------------------------------------------------------------------------------------------
    show(state) {
      this.state = state;
    },
    put({ parts, attachments }, instead = false) {
      const text = parts.map((part) => part.text).join("");
      if (instead) this.text = text;
      else if (text) this.text = this.text ? `${text}\n${this.text}` : text;
      for (const { id, name } of attachments) this.chips.push({ key: nextChip++, id, name, progress: 1, error: "" });
      this.$nextTick(() => {
        this.grow();
        this.$refs.field?.focus();
      });
    },

    focus() {
      this.$refs.field?.focus();
    },

    // --- text -------------------------------------------------------------------------------------------------------
    grow() {
      const field = this.$refs.field;
      if (!field) return;
      field.style.height = "auto";
      field.style.height = `${Math.min(field.scrollHeight, window.innerHeight * MAX_HEIGHT)}px`;
      this.problem = "";
    },
    focusField(event) {
      const { target, currentTarget } = event;
      if (target === currentTarget || target.classList.contains("composer-bar")) this.$refs.field?.focus();
    },
    key(event) {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.send();
    },
    async suggest(prompt) {
      if (!this.state.running && !this.sending) await this.post({ text: prompt.prompt, attachments: [] });
    },
    async send() {
      if (!this.ready) return;
      const sent = await this.post({ text: this.text, attachments: this.chips.map(({ id, name }) => ({ id, name })) });
      if (!sent) return;
      for (const chip of this.chips) this.forget(chip);
      this.chips = [];
      this.text = "";
      this.$nextTick(() => this.grow());
    },
    async post(message) {
      this.sending = true;
      this.problem = "";
      try {
        const response = await ask(`${this.base}/messages`, this.token, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(message),
        });
        if (response.ok) return true;
        this.problem = (await reason(response)) || `The workbench answered ${response.status}`;
      } catch {
        this.problem = "The workbench itself does not answer: is it still running?";
      } finally {
        this.sending = false;
      }
      return false;
    },

    // --- files ------------------------------------------------------------------------------------------------------
    picked(event) {
      this.attach(event.target.files);
      event.target.value = "";
    },
    dropped(event) {
      this.dragging = false;
      if (!this.locked) this.attach(event.dataTransfer.files);
    },
    pasted(event) {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.attach(event.clipboardData.files);
    },
    attach(files) {
      for (const file of files) {
        const preview = /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type) ? URL.createObjectURL(file) : null;
        this.chips.push({ key: nextChip++, name: file.name || "file", preview, id: null, progress: 0, error: "" });
        this.upload(this.chips[this.chips.length - 1], file);
      }
    },
    upload(chip, file) {
      chip.error = "";
      chip.progress = 0;
      chip.again = () => this.upload(chip, file);
      const request = new XMLHttpRequest(); // fetch cannot tell how far an upload is
      chip.abort = () => request.abort();
      request.open("POST", address(`${this.base}/uploads`));
      request.setRequestHeader("X-Workbench-Token", this.token);
      request.setRequestHeader("X-File-Name", encodeURIComponent(chip.name));
      request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
      request.upload.onprogress = (event) => (chip.progress = event.lengthComputable ? event.loaded / event.total : 0);
      request.onload = () => {
        let answer = {};
        try {
          answer = JSON.parse(request.responseText);
        } catch {
          // no JSON: the status says enough
        }
        chip.progress = 1;
        if (request.status === 200 && answer.id) chip.id = answer.id;
        else chip.error = reasonIn(answer) || `The workbench answered ${request.status}`;
      };
      request.onerror = () => (chip.error = "The workbench itself does not answer");
      request.send(file);
    },
    discard(chip) {
      chip.abort?.();
      this.chips = this.chips.filter((other) => other.key !== chip.key);
      this.forget(chip);
      if (!chip.id) return;
      const path = `${this.base}/uploads?attachment=${encodeURIComponent(chip.id)}`;
      ask(path, this.token, { method: "DELETE" }).catch(() => {});
    },
    progress({ progress }) {
      return progress < 1 ? `${Math.round(progress * 100)} %` : "The backend takes it…";
    },
    forget(chip) {
      if (chip.preview) URL.revokeObjectURL(chip.preview);
    },
  },
};
