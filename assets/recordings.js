// The library of recordings: search, open, name, keep, save, delete, compare, and take in what is dropped or pasted.
import { ask, reason } from "requests";
import { saveFile } from "files";
import { LimitsForm } from "limits_form";
import { RecordingRow } from "recording_row";
import { found, nameOf } from "recording_words";

const AT_ONCE = 100; // rows drawn before somebody scrolls
const SOON = 250; // ms until the list is asked for again while some of it is being read
const LATER = 2000; // ms while something in it grows

export default {
  components: { LimitsForm, RecordingRow },
  template: `<div class="recordings" :class="{ dragging }" @dragover.prevent="dragging = true" @dragleave="left"
      @drop.prevent="dropped">
    <div class="rec-bar">
      <label class="rec-search"><i v-html="icons.search"></i>
        <input ref="search" class="field" type="search" placeholder="Search names, messages, backends"
          aria-label="Search recordings" data-testid="search-recordings" v-model="wanted" /></label>
      <span class="rec-count" role="status" data-testid="recording-count">{{ count }}</span>
      <label class="btn rec-import" title="A recording, a HAR file, the output of curl -i or a body">
        <input type="file" multiple class="visually-hidden" data-testid="import-recording" @change="picked"
          :disabled="busy" /><i v-html="icons.upload"></i>{{ busy ? 'Reading…' : 'Import' }}</label>
    </div>
    <p v-if="problem" class="problem rec-said" role="alert" data-testid="recordings-problem">{{ problem }}</p>
    <div class="rec-list" :role="shown.length ? 'list' : null" aria-label="Recordings" ref="list">
      <div v-if="rows && !rows.length" class="rec-empty" data-testid="no-recordings">
        <i v-html="icons.archive"></i>
        <h3>Nothing is kept yet</h3>
        <p>Switch on <b>Keep everything that passes</b> in the settings of a backend, press the bookmark above
          a conversation or in the inspector, or drop a file here: a recording, a HAR file, the output of
          <code>curl&nbsp;-i</code>. What you copied can be pasted.</p>
      </div>
      <p v-else-if="rows && !matching.length" class="rec-empty">No recording has “{{ wanted.trim() }}” in it.</p>
      <recording-row v-for="row in shown" :key="row.key" :row="row" :icons="icons" :fresh="row.key === fresh"
        :chosen="comparable ? chosen.includes(row.key) : null" @choose="choose(row)" @open="open(row)"
        @rename="change(row, { name: $event })" @keep="change(row, { kept: !row.kept })" @save="save(row, $event)"
        @remove="remove(row)"></recording-row>
      <div ref="end" class="rec-end"></div>
    </div>
    <div class="rec-foot">
      <div v-if="deleted" class="rec-undo" role="status" data-testid="recording-deleted">
        <span>Deleted “{{ deleted.words }}”.</span>
        <button type="button" class="link-btn" data-testid="restore-recording" @click="restore">Undo</button></div>
      <div v-else-if="chosen.length" class="rec-undo" role="status">
        <span>{{ chosen.length === 1 ? 'Choose another one to compare it with.' : 'Two are chosen.' }}</span>
        <button type="button" class="link-btn" @click="chosen = []">Choose none</button></div>
      <limits-form v-else-if="limits" :limits="limits" :used="used" @set="limit"></limits-form>
      <button v-if="chosen.length === 2" type="button" class="btn primary" data-testid="compare-recordings"
        @click="$emit('compare', inOrder())"><i v-html="icons.compare"></i>Compare</button>
    </div>
    <div v-if="dragging" class="explain-drop" aria-hidden="true">Drop it here to keep it</div>
  </div>`,
  props: { session: String, token: String, icons: Object, comparable: Boolean },
  emits: ["done", "compare"],
  data() {
    return {
      rows: null,
      limits: null,
      used: 0,
      wanted: "",
      drawn: AT_ONCE,
      chosen: [],
      deleted: null,
      fresh: "",
      busy: false,
      dragging: false,
      failure: "",
      unkept: "",
    };
  },
  computed: {
    matching() {
      const words = this.wanted.toLowerCase().split(/\s+/).filter(Boolean);
      return (this.rows ?? []).filter((row) => found(row, words));
    },
    shown() {
      return this.matching.slice(0, this.drawn);
    },
    count() {
      if (!this.rows?.length) return "";
      const { length } = this.matching;
      const all = this.rows.length;
      const every = all.toLocaleString("en");
      return length === all ? every : `${length.toLocaleString("en")} of ${every}`;
    },
    problem() {
      return this.failure || this.unkept;
    },
  },
  watch: {
    wanted() {
      this.drawn = AT_ONCE;
      this.$refs.list.scrollTop = 0;
    },
  },
  mounted() {
    this.load();
    this.$refs.search.focus();
    this.seen = new IntersectionObserver(
      (entries) => {
        if (entries.at(-1).isIntersecting && this.drawn < this.matching.length) this.drawn += AT_ONCE;
      },
      { root: this.$refs.list, rootMargin: "400px" },
    );
    this.seen.observe(this.$refs.end);
    document.addEventListener("paste", this.pasted);
  },
  unmounted() {
    this.gone = true;
    this.seen.disconnect();
    clearTimeout(this.timer);
    document.removeEventListener("paste", this.pasted);
  },
  methods: {
    // --- the list ---------------------------------------------------------------------------------------------------
    async load(byItself = false) {
      clearTimeout(this.timer);
      const asked = (this.asked = (this.asked ?? 0) + 1);
      const answer = await this.attempt("", {}, byItself);
      if (!answer || this.gone || asked !== this.asked) return;
      const { rows, limits, bytes, left, problem } = await answer.json();
      this.rows = rows;
      this.limits = limits;
      this.used = bytes;
      this.unkept = problem;
      this.chosen = this.chosen.filter((key) => rows.some((row) => row.key === key));
      if (left) this.timer = setTimeout(() => this.load(true), SOON);
      else if (rows.some((row) => row.growing)) this.timer = setTimeout(() => this.load(true), LATER);
      // the end of the list may be in view without having moved
      this.seen.unobserve(this.$refs.end);
      this.seen.observe(this.$refs.end);
    },
    choose(row) {
      const others = this.chosen.filter((key) => key !== row.key);
      this.chosen = others.length < this.chosen.length ? others : [...others, row.key].slice(-2);
      this.deleted = null;
    },
    // The older one first: what came of it later is what is looked for.
    inOrder() {
      const rows = this.rows.filter((row) => this.chosen.includes(row.key));
      return rows.sort((one, other) => one.begun - other.begun).map((row) => row.key);
    },
    // --- what is done with one --------------------------------------------------------------------------------------
    async open(row) {
      const session = encodeURIComponent(this.session);
      if (await this.attempt(`${this.of(row)}/open?session=${session}`, { method: "POST" })) this.$emit("done");
    },
    async change(row, what) {
      Object.assign(row, what);
      if (!(await this.attempt(this.of(row), { method: "PATCH", body: JSON.stringify(what) }))) return;
      await this.load();
    },
    async save(row, form) {
      const answer = await this.attempt(`${this.of(row)}/file?form=${form}`);
      if (answer) await saveFile(answer, `recording.${form}`);
    },
    async remove(row) {
      if (!(await this.attempt(this.of(row), { method: "DELETE" }))) return;
      this.rows = this.rows.filter((other) => other !== row);
      this.deleted = { row, words: nameOf(row) };
      await this.load();
    },
    async restore() {
      const { row } = this.deleted;
      if (!(await this.attempt(`${this.of(row)}/restore`, { method: "POST" }))) return;
      this.deleted = null;
      await this.load();
    },
    async limit(limits) {
      if (await this.attempt("/limits", { method: "PUT", body: JSON.stringify(limits) })) await this.load();
    },
    // --- what comes in ----------------------------------------------------------------------------------------------
    picked(event) {
      const files = [...event.target.files];
      event.target.value = "";
      this.takeIn(files.map((file) => [file, file.name]));
    },
    left(event) {
      if (!this.$el.contains(event.relatedTarget)) this.dragging = false;
    },
    dropped(event) {
      this.dragging = false;
      const files = [...event.dataTransfer.files];
      const text = event.dataTransfer.getData("text");
      this.takeIn(files.length ? files.map((file) => [file, file.name]) : text ? [[text, ""]] : []);
    },
    pasted(event) {
      if (event.target.closest?.("input, textarea")) return;
      const files = [...event.clipboardData.files];
      const text = event.clipboardData.getData("text");
      this.takeIn(files.length ? files.map((file) => [file, file.name]) : text.trim() ? [[text, ""]] : []);
    },
    async takeIn(all) {
      const refused = [];
      for (const [body, name] of all) {
        this.busy = true;
        const headers = { "X-File-Name": encodeURIComponent(name), "Content-Type": "application/octet-stream" };
        const answer = await this.attempt("", { method: "POST", headers, body });
        if (answer) this.fresh = (await answer.json()).key;
        else refused.push(this.failure);
      }
      if (!this.busy) return;
      this.busy = false;
      await this.load();
      this.failure = refused.join(" ");
    },
    // --- over HTTP --------------------------------------------------------------------------------------------------
    of(row) {
      return `/${encodeURIComponent(row.key)}`;
    },
    // What went wrong is said above the list; the next success takes it back, but not one that nobody asked for.
    async attempt(path, options, byItself = false) {
      try {
        const answer = await ask(`recordings${path}`, this.token, options);
        if (!answer.ok) this.failure = (await reason(answer)) || `The workbench answered ${answer.status}.`;
        else if (!byItself) this.failure = "";
        return answer.ok ? answer : null;
      } catch {
        this.failure = "The workbench itself does not answer: is it still running?";
        return null;
      }
    },
  },
};
