// The files of a message: uploaded at once, one chip each, with what the storage says when it does not take one.
import { address } from "bridge";
import { refusal } from "file_limits";
import { ask, reasonIn } from "requests";

const SHOWN = /^image\/(png|jpeg|gif|webp|avif)$/; // what a browser draws by itself
let nextChip = 1;

export const FileChips = {
  template: `<ul v-if="chips.length" class="composer-files">
    <li v-for="chip in chips" :key="chip.key" class="composer-file" :class="{ 'is-bad': chip.error }"
        data-testid="attachment" :data-status="chip.error ? 'failed' : chip.id ? 'done' : 'uploading'">
      <img v-if="chip.preview" :src="chip.preview" alt="" @error="chip.preview = null">
      <span v-else v-html="icons.file"></span>
      <span class="composer-file-text"><b :title="chip.name">{{ chip.name }}</b>
        <small v-if="chip.error" :title="chip.advice">{{ chip.error }}</small>
        <small v-if="chip.error && chip.advice" class="composer-file-advice">{{ chip.advice }}</small>
        <small v-if="!chip.error && !chip.id">{{ progress(chip) }}</small>
        <button v-if="chip.error && chip.anyway" type="button" class="link-btn" data-testid="attach-anyway"
          @click.stop="chip.anyway()">{{ chip.id ? "Send it all the same" : "Upload it all the same" }}</button>
      </span>
      <button v-if="chip.error && chip.again" type="button" class="icon-btn" title="Try again"
        :aria-label="'Try again to upload ' + chip.name" data-testid="retry-upload" v-html="icons.retry"
        @click.stop="chip.again()"></button>
      <button type="button" class="icon-btn" :title="!chip.id && !chip.error ? 'Cancel' : 'Remove'"
        :aria-label="'Remove ' + chip.name" v-html="icons.remove" @click.stop="discard(chip)"></button>
      <i v-if="!chip.id && !chip.error" class="composer-file-bar" :style="{ width: chip.progress * 100 + '%' }"></i>
    </li>
  </ul>`,
  props: { base: String, token: String, icons: Object, limits: Object },
  emits: ["changed", "failed"],
  data() {
    return { chips: [] };
  },
  watch: {
    chips: {
      deep: true,
      handler() {
        this.$emit("changed", {
          there: this.chips.filter((chip) => chip.id && !chip.error).map(({ id, name }) => ({ id, name })),
          uploading: this.chips.some((chip) => !chip.id && !chip.error),
          failed: this.chips.filter((chip) => chip.error).length,
        });
      },
    },
  },
  unmounted() {
    this.clear();
  },
  methods: {
    // Attachments that the backend has already.
    put(attachments) {
      for (const { id, name } of attachments) this.chips.push({ key: nextChip++, id, name, progress: 1, error: "" });
    },
    clear() {
      for (const chip of this.chips) forget(chip);
      this.chips = [];
    },
    // These are with the message now; others may have come meanwhile.
    sent(attachments) {
      const ids = new Set(attachments.map(({ id }) => id));
      for (const chip of this.chips) if (ids.has(chip.id)) forget(chip);
      this.chips = this.chips.filter(({ id }) => !ids.has(id));
    },
    attach(files) {
      for (const file of files) {
        const preview = SHOWN.test(file.type) ? URL.createObjectURL(file) : null;
        const made = { key: nextChip++, name: file.name || "file", preview, id: null, progress: 0, error: "" };
        this.chips.push(made);
        const chip = this.chips.at(-1); // the same, watched
        const words = refusal(file, this.chips.length, this.limits);
        if (words) Object.assign(chip, { error: words, anyway: () => this.upload(chip, file) });
        else this.upload(chip, file);
      }
    },
    upload(chip, file) {
      Object.assign(chip, { error: "", advice: "", progress: 0, anyway: null });
      chip.again = () => this.upload(chip, file);
      if (chip.id) this.delete(chip.id); // without its bytes, of an earlier try
      chip.id = null;
      const request = new XMLHttpRequest(); // fetch cannot tell how far an upload is
      chip.abort = () => request.abort();
      request.open("POST", address(`${this.base}/uploads`));
      request.setRequestHeader("X-Workbench-Token", this.token);
      request.setRequestHeader("X-File-Name", encodeURIComponent(chip.name));
      request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
      request.upload.onprogress = (event) => (chip.progress = event.lengthComputable ? event.loaded / event.total : 0);
      request.onload = () => this.answered(chip, request);
      request.onerror = () => (chip.error = "The workbench itself does not answer");
      request.send(file);
    },
    answered(chip, request) {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // no JSON: the status says enough
      }
      chip.progress = 1;
      chip.id = answer.id ?? null;
      if (request.status === 200 && answer.id) return;
      chip.error = reasonIn(answer) || `The workbench answered ${request.status}`;
      chip.advice = answer.advice ?? "";
      if (answer.id) chip.anyway = () => (chip.error = "");
    },
    discard(chip) {
      chip.abort?.();
      this.chips = this.chips.filter((other) => other.key !== chip.key);
      forget(chip);
      if (chip.id) this.delete(chip.id);
    },
    async delete(id) {
      try {
        const path = `${this.base}/uploads?attachment=${encodeURIComponent(id)}`;
        const response = await ask(path, this.token, { method: "DELETE" });
        if (!response.ok) this.$emit("failed", `The file stays at the backend: ${reasonIn(await response.json())}`);
      } catch {
        // the page is going away, or the workbench has gone
      }
    },
    progress({ progress }) {
      return progress < 1 ? `${Math.round(progress * 100)} %` : "The backend takes it…";
    },
  },
};

function forget(chip) {
  if (chip.preview) URL.revokeObjectURL(chip.preview);
}
