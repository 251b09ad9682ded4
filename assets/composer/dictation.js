// Dictation: the browser records, the backend writes down (`input.transcribe`).
import { inUnits } from "file_limits";
import { ask, reasonIn } from "requests";

const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const ELSEWHERE = "Or transcribe an audio file (+ menu).";
const REFUSALS = {
  NotAllowedError: `The browser keeps the microphone from this page: allow it beside the address. ${ELSEWHERE}`,
  NotFoundError: `No microphone was found. ${ELSEWHERE}`,
  NotReadableError: `Another program holds the microphone. ${ELSEWHERE}`,
};

function letGo(stream) {
  for (const track of stream.getTracks()) track.stop();
}

export const Dictation = {
  template: `<div v-if="state" class="composer-dictation" data-testid="dictation" :data-state="state" role="group"
      aria-label="Dictation">
    <button type="button" class="icon-btn" title="Cancel" aria-label="Cancel dictation" data-testid="dictation-cancel"
      v-html="icons.remove" @click.stop="cancel"></button>
    <template v-if="state === 'recording'">
      <span class="composer-level" aria-hidden="true"><i v-for="(height, n) in levels" :key="n"
        :style="{ height: height * 100 + '%' }"></i></span>
      <time role="timer">{{ clock }}</time>
      <button type="button" class="composer-send" title="Write it down" aria-label="Write it down"
        data-testid="dictation-done" v-html="icons.done" @click.stop="finish"></button>
    </template>
    <span v-else role="status">{{ state === 'asking' ? 'Waiting for the microphone…' : what }}</span>
  </div>`,
  props: { base: String, token: String, icons: Object },
  emits: ["text", "problem", "state"],
  data() {
    return { state: "", levels: Array(28).fill(0.06), seconds: 0, what: "" };
  },
  computed: {
    clock() {
      return `${Math.floor(this.seconds / 60)}:${String(Math.floor(this.seconds % 60)).padStart(2, "0")}`;
    },
  },
  watch: {
    state(state) {
      this.$emit("state", state);
    },
  },
  unmounted() {
    this.cancel();
  },
  methods: {
    async begin() {
      this.$emit("problem", "");
      if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) {
        const why = window.isSecureContext
          ? "This browser cannot record."
          : "Browsers give the microphone to https and this machine's own pages only: open the workbench at 127.0.0.1.";
        this.$emit("problem", `${why} ${ELSEWHERE}`);
        return;
      }
      this.state = "asking";
      const mine = (this.attempt = {}); // it may be cancelled, and another begun, while the browser asks
      let stream;
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch (error) {
        if (this.attempt !== mine) return;
        this.state = "";
        this.$emit("problem", REFUSALS[error.name] ?? `The microphone cannot be used: ${error.message}. ${ELSEWHERE}`);
        return;
      }
      if (this.attempt === mine) this.record(stream);
      else letGo(stream);
    },
    record(stream) {
      this.stream = stream;
      const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
      const recorder = new MediaRecorder(stream, kind ? { mimeType: kind } : {});
      const pieces = [];
      recorder.ondataavailable = ({ data }) => pieces.push(data);
      recorder.onstop = () => {
        if (this.recorder !== recorder) return; // it was cancelled, and maybe another one records by now
        this.end();
        this.transcribe(new Blob(pieces), recorder.mimeType || kind);
      };
      recorder.start();
      this.recorder = recorder;
      this.state = "recording";
      this.watchLevel(stream);
    },
    watchLevel(stream) {
      this.context = new AudioContext();
      const analyser = this.context.createAnalyser();
      this.context.createMediaStreamSource(stream).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      const began = performance.now();
      this.ticking = setInterval(() => {
        analyser.getFloatTimeDomainData(samples);
        const loudness = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
        this.levels = [...this.levels.slice(1), Math.max(0.06, Math.min(1, loudness * 4))];
        this.seconds = (performance.now() - began) / 1000;
      }, 100);
    },
    finish() {
      this.recorder?.stop();
    },
    cancel() {
      this.attempt = null;
      this.asking?.abort();
      if (this.recorder?.state === "recording") this.recorder.stop();
      this.end();
      this.state = "";
    },
    // Lets go of the microphone.
    end() {
      clearInterval(this.ticking);
      this.context?.close();
      if (this.stream) letGo(this.stream);
      Object.assign(this, { context: null, stream: null, recorder: null, seconds: 0 });
    },
    async transcribe(audio, kind) {
      const type = kind || audio.type || "application/octet-stream";
      this.what = `The backend writes down ${inUnits(audio.size)} of ${type}…`;
      this.state = "transcribing";
      this.asking = new AbortController();
      try {
        const headers = { "Content-Type": type };
        const { signal } = this.asking;
        const sent = { method: "POST", headers, body: audio, signal };
        const response = await ask(`${this.base}/transcriptions`, this.token, sent);
        const answer = await response.json();
        if (response.ok && answer.text.trim()) this.$emit("text", answer.text);
        else if (response.ok) this.$emit("problem", "The backend heard nothing: its text is empty");
        else this.$emit("problem", [reasonIn(answer), answer.advice].filter(Boolean).join(" "));
      } catch (error) {
        if (error.name !== "AbortError") this.$emit("problem", "The workbench itself does not answer");
      } finally {
        this.state = ""; // an aborted request ends here before anybody can begin anew
      }
    },
  },
};
