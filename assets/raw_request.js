// The editor of raw requests: any body, checked while it is typed and sent all the same. Closed, it keeps all.
// Its answer is an exchange like any other, in the inspector.
import { listen } from "bridge";
import { JsonField } from "json_field";
import { laidOut } from "json_text";
import { RawHeaders } from "raw_headers";
import { ask, reason } from "requests";

const PAUSE = 150; // ms without a keystroke, after which the body is checked
const KEPT = "workbench.raw.sent";
const MOST = 30; // requests that are remembered, in this tab
const CALLS = ["refresh", "answerIs", "say"]; // by the server
const LONGEST = 20000; // characters of one of them

export default {
  components: { JsonField, RawHeaders },
  template: `
<div class="rw-place"><section v-if="open" class="rw" data-testid="raw-request" aria-label="Raw request"
    :class="{ tall }" @keydown.esc="escaped">
  <header class="rw-head">
    <h2>Raw request</h2>
    <span class="rw-to" :title="url"><b>POST</b> {{ url }}</span>
    <button type="button" class="icon-btn" :title="tall ? 'Smaller' : 'Taller'"
      :aria-label="tall ? 'Smaller' : 'Taller'" :aria-pressed="tall" @click="tall = !tall"
      ><i class="rw-turn" v-html="icons['chevron-down']"></i></button>
    <button type="button" class="icon-btn" title="Close (Esc)" aria-label="Close the raw request"
      data-testid="raw-close" @click="close" v-html="icons.x"></button>
  </header>
  <div class="rw-bar">
    <select class="field" aria-label="Template" data-testid="raw-template" :value="''" @focus="load()"
        @change="take($event.target.value); $event.target.value = ''">
      <option value="" disabled>Template…</option>
      <option v-for="one in templates" :key="one.operation" :value="one.operation"
        >{{ one.operation }} — {{ one.lacks ? 'needs ' + one.lacks : one.words }}</option>
    </select>
    <nav class="rw-tabs" role="tablist" aria-label="Parts of the request" @keydown="walk">
      <button v-for="one in tabs" :key="one.name" type="button" role="tab" class="rw-tab"
        :data-testid="'raw-tab-' + one.name" :aria-selected="tab === one.name"
        :tabindex="tab === one.name ? 0 : -1" @click="tab = one.name"
        >{{ one.title }}<small v-if="one.count">{{ one.count }}</small></button>
    </nav>
  </div>
  <ul v-if="notes.length || elsewhere || unmerged" class="rw-notes" data-testid="raw-notes">
    <li v-for="note in notes" :key="note">{{ note }}</li>
    <li v-if="unmerged">{{ unmerged }}</li>
    <li v-if="elsewhere"><span>The command goes to <code>{{ elsewhere }}</code>, this connection to another
      address.</span> <button type="button" class="link-btn" data-testid="raw-connect" @click="connect"
      >Connect there</button></li>
  </ul>
  <div v-show="tab === 'body'" class="rw-body" role="tabpanel" aria-label="Body">
    <json-field ref="body" v-model:value="body" :remarks="remarks" :describedby="said" @send="send"></json-field>
    <div class="rw-remarks" :id="said" data-testid="raw-remarks" aria-live="polite">
      <p v-if="body.trim() && checked && !remarks.length" class="rw-fits"
        >{{ operation }}: fits the SDK's type.</p>
      <button v-for="(one, i) in remarks" :key="i" type="button" class="rw-remark" :class="'is-' + one.level"
          data-testid="raw-remark" :data-path="one.path" @click="$refs.body.go(one)">
        <code>{{ one.path }}</code><span>expected {{ one.expected }}</span><span>got {{ one.got }}</span></button>
    </div>
  </div>
  <raw-headers v-if="tab === 'headers'" :own="own" v-model:changed="headers" v-model:without="without"
    :computed="computed" :icons="icons" role="tabpanel" aria-label="Headers"></raw-headers>
  <form v-if="tab === 'curl'" class="rw-curl" role="tabpanel" aria-label="curl" @submit.prevent="takeCurl">
    <textarea class="field mono" v-model="command" rows="7" spellcheck="false" autocomplete="off"
      aria-label="A curl command" data-testid="raw-curl-text" placeholder="curl 'http://…' -H '…' --data-raw '…'"
      @keydown.ctrl.enter.prevent="takeCurl" @keydown.meta.enter.prevent="takeCurl"></textarea>
    <p class="hint">From a terminal, or from the browser's network tab: Copy as cURL, bash or cmd. Nothing is sent by
      this. What is secret in it goes into this request only.</p>
    <div class="actions"><button type="submit" class="btn" data-testid="raw-curl-take" :disabled="!command.trim()"
      >Take it over</button></div>
  </form>
  <div v-if="tab === 'sent'" class="rw-sent" role="tabpanel" aria-label="Sent">
    <p v-if="!history.length" class="hint">Nothing yet. What you send from here is listed in this tab, secrets
      masked.</p>
    <button v-for="(one, i) in history" :key="i" type="button" class="menu-row" data-testid="raw-sent-row"
      @click="again(one)"><span class="grow">{{ one.operation || 'no operation' }}</span>
      <time>{{ one.at }}</time></button>
  </div>
  <footer class="rw-foot">
    <p class="rw-answer" role="status" data-testid="raw-answer"
      ><span v-if="problem" class="problem" role="alert" data-testid="raw-problem">{{ problem }}</span>
      <template v-else-if="answer"><b :class="'is-' + tone">{{ outcome }}</b> <span>{{ facts }}</span>
        <button type="button" class="link-btn" data-testid="raw-show" @click="$emit('answer')">Show</button>
        <button v-if="canStandApart" type="button" class="link-btn" data-testid="raw-apart" @click="$emit('apart')"
          >Show as a thread</button></template>
      <span v-else>{{ goes }}</span></p>
    <button type="button" class="btn" data-testid="raw-format" :disabled="!body.trim()" @click="format">Format</button>
    <button v-if="answer && answer.running" type="button" class="btn" data-testid="raw-stop" @click="$emit('stop')"
      >Stop</button>
    <button v-else type="button" class="btn primary" data-testid="raw-send" title="Send (Ctrl+Enter)"
      :disabled="busy" @click="send">{{ valid ? 'Send' : 'Send all the same' }}</button>
  </footer>
</section></div>`,
  props: { session: String, token: String, icons: Object },
  emits: ["answer", "stop", "connect", "apart"],
  data() {
    return {
      open: false,
      tall: false,
      tab: "body",
      url: "",
      templates: [],
      base: { stream: [], json: [] }, // what goes along by itself, by what answers
      computed: false,
      unmerged: "", // what is said of metadata that a profile has, and a typed body has not
      body: "",
      headers: [],
      without: [],
      notes: [],
      elsewhere: "",
      command: "",
      checked: null,
      problem: "",
      answer: null,
      went: "", // where the last answer goes
      busy: false,
      history: [],
    };
  },
  computed: {
    said() {
      return `${this.session}-raw-remarks`;
    },
    tabs() {
      return [
        { name: "body", title: "Body" },
        { name: "headers", title: "Headers", count: this.headers.length + this.without.length },
        { name: "curl", title: "From curl" },
        { name: "sent", title: "Sent", count: this.history.length },
      ];
    },
    remarks() {
      return this.checked?.remarks ?? [];
    },
    valid() {
      return !this.remarks.some((one) => one.level === "error");
    },
    operation() {
      return this.checked?.operation ?? "";
    },
    goes() {
      return this.checked?.goes ?? "";
    },
    own() {
      return this.base[this.checked?.streaming ? "stream" : "json"];
    },
    tone() {
      const { running, outcome, status } = this.answer;
      return running ? "running" : outcome === "complete" && status < 400 ? "ok" : "failed";
    },
    outcome() {
      const { running, outcome, status } = this.answer;
      if (running) return status ?? "…";
      return outcome === "complete" ? status : outcome;
    },
    facts() {
      const { operation, running, duration, events, streaming, findings, failure } = this.answer;
      const said = [operation || "no operation"];
      if (!running && duration !== null) said.push(`${Math.round(duration / 1e6).toLocaleString("en")} ms`);
      if (streaming) said.push(`${events.toLocaleString("en")} event${events === 1 ? "" : "s"}`);
      if (findings[0]) said.push(`${findings[0]} error${findings[0] === 1 ? "" : "s"} found`);
      if (failure) said.push(failure);
      return said.join(" · ");
    },
    canStandApart() {
      const { running, streaming, events } = this.answer;
      return this.went === "apart" && !running && streaming && events > 0;
    },
  },
  watch: {
    body() {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.check(), PAUSE);
    },
  },
  created() {
    try {
      this.history = JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
    } catch {
      // a damaged entry is as good as none
    }
  },
  mounted() {
    this.quiet = listen(this.$el, (call, args) => CALLS.includes(call) && this[call](...args));
  },
  unmounted() {
    this.quiet();
    clearTimeout(this.typing);
  },
  methods: {
    // --- called by the server ---------------------------------------------------------------------------------------
    async show(exchange) {
      this.opener = document.activeElement;
      this.open = true;
      this.tab = "body";
      if (!(await this.load(exchange))) return;
      if (!this.body && !exchange) this.body = this.templates.find((one) => one.operation === "threads.list").body;
      if (this.tab === "body") this.$nextTick(() => this.$refs.body?.focus());
    },
    refresh() {
      if (this.open) this.load().then(() => this.check());
    },
    answerIs(answer) {
      this.answer = answer;
      this.problem = "";
    },
    say(words) {
      this.problem = words;
    },

    // --- what is in the editor --------------------------------------------------------------------------------------
    async request(path, query = {}, options = {}) {
      const asked = new URLSearchParams({ session: this.session, ...query });
      try {
        const answer = await ask(`raw${path}?${asked}`, this.token, options);
        if (answer.ok) return await answer.json();
        this.problem = (await reason(answer)) || `The workbench answered ${answer.status}.`;
      } catch {
        this.problem = "The workbench itself does not answer: is it still running?";
      }
      return null;
    },
    async load(exchange) {
      const got = await this.request("", exchange ? { exchange } : {});
      if (!got) return false;
      Object.assign(this, { url: got.url, templates: got.templates, base: got.headers, computed: got.computed });
      this.unmerged = got.unmerged;
      if (got.request) this.fill(got.request);
      return true;
    },
    fill({ body, headers = [], without = [], notes = [], url = "" }) {
      Object.assign(this, { headers, without, notes, elsewhere: url, tab: "body", problem: "", answer: null });
      this.body = laidOut(body);
      this.check();
    },
    take(operation) {
      const found = this.templates.find((one) => one.operation === operation);
      if (!found) return;
      const notes = found.lacks ? [`For this, the thread needs ${found.lacks}.`] : [];
      this.fill({ body: found.body, headers: this.headers, without: this.without, notes });
      this.$nextTick(() => this.$refs.body?.focus());
    },
    again({ body }) {
      this.fill({ body });
      this.$nextTick(() => this.$refs.body?.focus());
    },
    async takeCurl() {
      const got = await this.request("/curl", {}, { method: "POST", body: this.command });
      if (got) this.fill(got);
    },
    connect() {
      this.elsewhere = "";
      this.$emit("connect");
    },
    format() {
      this.body = laidOut(this.body);
    },
    async check() {
      clearTimeout(this.typing);
      const { body } = this;
      const got = await this.request("/check", {}, { method: "POST", body });
      if (got && body === this.body) this.checked = got;
    },

    // --- sending ----------------------------------------------------------------------------------------------------
    async send() {
      if (this.busy || this.answer?.running) return;
      this.busy = true;
      this.problem = "";
      this.answer = null;
      const headers = this.headers.filter(([name]) => name);
      const typed = JSON.stringify({ body: this.body, headers, without: this.without });
      const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: typed };
      const got = await this.request("/send", {}, options);
      this.busy = false;
      if (!got) return;
      this.went = got.goes;
      this.remember(got.sent);
    },
    remember(body) {
      const entry = { operation: this.operation, body, at: new Date().toLocaleTimeString("en-GB") };
      this.history = [entry, ...this.history.filter((one) => one.body !== body)].slice(0, MOST);
      try {
        const kept = this.history.filter((one) => one.body.length <= LONGEST);
        sessionStorage.setItem(KEPT, JSON.stringify(kept));
      } catch {
        // there is no room: it lasts as long as the page
      }
    },
    walk(event) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const names = this.tabs.map((one) => one.name);
      this.tab = names[(names.indexOf(this.tab) + step + names.length) % names.length];
      this.$nextTick(() => this.$el.querySelector('[role="tab"][aria-selected="true"]').focus());
    },
    escaped(event) {
      if (event.defaultPrevented) return;
      event.preventDefault();
      this.close();
    },
    close() {
      this.open = false;
      this.opener?.focus?.();
    },
  },
};
