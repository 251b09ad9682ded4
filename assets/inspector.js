// The inspector: exchanges of this window, and everything about the one selected. The server pushes a line per live
// exchange (`activity`); all else is fetched when it is looked at, and nothing while the pane is folded away.
import { EventList, bytes, ms, number } from "event_list";
import FindingsPanel from "findings_panel";
import { JsonTree } from "json_tree";
import { TimingView } from "timing_view";

const TABS = ["events", "request", "response", "timing", "state"];
const LIVE = ["response", "timing", "state"]; // tabs that grow while the exchange runs
const EVERY = 800; // ms between two looks at such a tab
const QUIET = " -text_delta -value_delta";
const SPLIT = "workbench.inspector.split";
const VISIBLE = { "\r": "␍", "\n": "␊\n", "\t": "⇥", "\ufeff": "[BOM]", "\0": "␀" };

export default {
  components: { EventList, FindingsPanel, JsonTree, TimingView },
  template: `
<section class="inspector" data-testid="inspector" :class="{ 'has-detail': detail && tab === 'events' }">
  <header class="in-head">
    <button type="button" class="in-fold" :aria-expanded="listOpen" @click="listOpen = !listOpen">
      <i class="in-chevron" :class="{ open: listOpen }" v-html="icons['chevron-right']"></i>
      <span>Exchanges</span><small>{{ exchanges.length || '' }}</small>
    </button>
    <span class="in-current" v-if="!listOpen && current">{{ name(current) }} · {{ status(current) }}</span>
    <button type="button" class="in-chip" data-testid="follow" :aria-pressed="following" @click="follow"
            title="Show the newest stream as soon as it begins">
      <i v-html="icons.radio"></i><span>{{ following ? 'Following' : 'Follow' }}</span>
    </button>
  </header>
  <ol v-show="listOpen && exchanges.length" class="in-exchanges" ref="exchanges" @keydown="walkExchanges">
    <li v-for="one in exchanges" :key="one.id">
      <button type="button" class="ex-row" data-testid="exchange-row" :data-exchange-id="one.id" :data-outcome="one.outcome"
              :class="[tone(one), { selected: one.id === selectedId }]" :aria-current="one.id === selectedId"
              :title="one.method + ' ' + one.url + (one.failure ? '\\n' + one.failure : '')" @click="selectExchange(one.id)">
        <i class="ex-dot"></i><span class="ex-name">{{ name(one) }}</span>
        <span v-if="one.findings && (one.findings[0] || one.findings[1])" class="ex-found" :class="one.findings[0] ? 'is-error' : 'is-warning'"
              :title="found(one)">{{ number(one.findings[0] || one.findings[1]) }}</span>
        <span class="ex-status">{{ status(one) }}</span>
        <span class="ex-took">{{ one.running ? '…' : took(one.duration) }}</span>
        <time class="ex-time" :datetime="one.started">{{ clock(one.started) }}</time>
      </button>
    </li>
  </ol>

  <div v-if="!current" class="in-empty">
    <i v-html="icons.activity"></i>
    <p>Nothing has been sent yet.</p>
    <p>Every request to your backend appears here, with each event as it arrives.</p>
  </div>

  <template v-else>
    <findings-panel v-if="current" :exchange="current" :load="loadFindings" :copy="(text) => copy('fix', text)" :icons="icons" :shown="inSight" :reports="true"
                    @event="showEvidence" @report="openReport('report')" @checklist="$emit('checklist')"></findings-panel>
    <div class="in-bar"><nav class="in-tabs" role="tablist" aria-label="What to inspect" @keydown="walkTabs">
      <button v-for="one in tabs" :key="one.name" type="button" role="tab" class="in-tab" :data-tab="one.name"
              :aria-selected="tab === one.name" :tabindex="tab === one.name ? 0 : -1" @click="tab = one.name">
        {{ one.title }}<small v-if="one.count">{{ number(one.count) }}</small>
      </button></nav>
      <button v-if="current" type="button" class="in-icon" title="Save recording (JSON lines)" data-testid="save-recording"
              aria-label="Save recording" @click="save" v-html="icons.download"></button>
    </div>
    <p v-if="failure" class="in-failure" role="alert">{{ failure }}</p>

    <div v-show="tab === 'events'" class="in-events" ref="events" role="tabpanel" aria-label="Events">
      <div class="ev-tools">
        <label class="ev-search"><i v-html="icons.search"></i>
          <input v-model="typed" type="text" spellcheck="false" autocomplete="off" data-testid="event-filter" maxlength="400"
                 placeholder="Filter" aria-label="Filter events"
                 title="Words that must occur · -word must not · type:word must be part of the type" @keydown.esc="typed = ''">
          <button v-if="typed" type="button" aria-label="Clear the filter" @click="typed = ''" v-html="icons.x"></button>
        </label>
        <span v-if="filtered" class="ev-matched">{{ number(matched) }}</span>
        <button type="button" class="in-chip" :aria-pressed="quiet" @click="quiet = !quiet" title="Hide text deltas"
                data-testid="hide-deltas">No deltas</button>
        <button type="button" class="in-chip danger" :aria-pressed="onlyInvalid" @click="onlyInvalid = !onlyInvalid"
                data-testid="only-invalid" title="Only events that do not fit the protocol">
          Invalid<small v-if="current && current.invalid">{{ number(current.invalid) }}</small>
        </button>
      </div>
      <div class="ev-split">
        <div class="ev-main">
          <event-list v-if="current" ref="list" :exchange="current.id" :count="current.events" :running="current.running"
                      :filter="filter" :invalid="onlyInvalid" :selected="detail ? detail.index : picked" :load="loadRows"
                      @select="pickEvent" @matched="matched = $event" @close="closeDetail"></event-list>
          <div v-if="nothing" class="in-empty small"><p v-for="line in nothing" :key="line">{{ line }}</p>
            <button v-if="!filtered && current.bytes" type="button" class="in-link" @click="tab = 'response'">Show the response</button>
          </div>
        </div>
        <div v-if="detail" class="ev-grip" role="separator" aria-label="Size of the detail" tabindex="0"
             @pointerdown="drag" @keydown="nudge"></div>
        <article v-if="detail" class="ev-detail" data-testid="event-detail" :data-index="detail.index">
          <header>
            <b class="ev-title" :class="'fam-' + detail.family" :title="detail.type"><i class="ev-dot"></i>{{ detail.name }}</b>
            <div class="in-seg" role="group" aria-label="Form">
              <button type="button" :aria-pressed="!raw" @click="raw = false">JSON</button>
              <button type="button" :aria-pressed="raw" @click="raw = true" data-testid="event-raw">Raw</button>
            </div>
            <button type="button" class="in-icon" :title="copied === 'event' ? 'Copied' : 'Copy'" aria-label="Copy the event"
                    @click="copy('event', raw ? detail.raw : pretty(detail.data))" v-html="icons[copied === 'event' ? 'check' : 'copy']"></button>
            <button type="button" class="in-icon" aria-label="Close" title="Close (Esc)" @click="closeDetail" v-html="icons.x"></button>
          </header>
          <div class="ev-body">
            <p class="ev-meta"><span>#{{ detail.index }}</span><span>{{ ms(detail.at) }} ms</span><span>{{ bytes(detail.end - detail.start) }}</span>
              <span>bytes {{ number(detail.start) }}–{{ number(detail.end) }}</span><span v-if="detail.sse_event">event: {{ detail.sse_event }}</span></p>
            <p v-if="!detail.terminated" class="ev-note">No blank line ends this event: the official widget drops it.</p>
            <dl v-for="(one, i) in problems" :key="i" class="ev-problem" data-testid="event-problem">
              <div><dt>path</dt><dd class="path">{{ one.path }}</dd></div>
              <div><dt>expected</dt> <dd class="expected">{{ one.expected }}</dd></div>
              <div><dt>got</dt> <dd class="got">{{ one.got }}</dd></div>
            </dl>
            <button v-if="problems.length < detail.problems.length" type="button" class="in-link" @click="allProblems = true">
              {{ detail.problems.length - problems.length }} more problems</button>
            <pre v-if="raw" class="raw" data-testid="event-bytes">{{ visible(detail.raw) }}</pre>
            <json-tree v-else :text="detail.data" :problems="detail.problems" :key="detail.index" data-testid="event-json"></json-tree>
          </div>
        </article>
      </div>
    </div>

    <div v-if="tab === 'request'" class="in-page" role="tabpanel" aria-label="Request" data-testid="request">
      <template v-if="docs.request">
        <p class="in-line"><b>{{ docs.request.method }}</b> <span class="url">{{ docs.request.url }}</span></p>
        <p class="in-actions">
          <button type="button" class="in-button" data-testid="copy-curl" @click="copy('curl', docs.request.curl)">
            <i v-html="icons[copied === 'curl' ? 'check' : 'copy']"></i>{{ copied === 'curl' ? 'Copied' : 'Copy as curl' }}</button>
        </p>
        <h3>Headers <button type="button" class="in-icon" aria-label="Copy the headers" title="Copy" @click="copy('req-h', lines(docs.request.headers))"
            v-html="icons[copied === 'req-h' ? 'check' : 'copy']"></button></h3>
        <table class="in-table"><tr v-for="(pair, i) in docs.request.headers" :key="i"><th>{{ pair[0] }}</th><td>{{ pair[1] }}</td></tr></table>
        <h3>Body <small>{{ bytes(docs.request.bytes) }}</small><button type="button" class="in-icon" aria-label="Copy the body" title="Copy"
            @click="copy('req-b', pretty(docs.request.body))" v-html="icons[copied === 'req-b' ? 'check' : 'copy']"></button></h3>
        <json-tree v-if="docs.request.body" :text="docs.request.body" :depth="6"></json-tree>
        <p v-else class="in-none">{{ docs.request.bytes ? 'The bytes of an upload are not kept.' : 'No body.' }}</p>
      </template>
    </div>

    <div v-if="tab === 'response'" class="in-page" role="tabpanel" aria-label="Response" data-testid="response">
      <template v-if="docs.response">
        <p class="in-line"><b class="in-status" :class="tone(current)">{{ docs.response.status ?? 'No answer' }}</b> {{ docs.response.reason }}</p>
        <p class="in-words" :class="tone(current)">{{ [docs.response.words, docs.response.failure].filter(Boolean).join(' ') }}</p>
        <dl class="in-facts"><div><dt>Content type</dt><dd>{{ docs.response.content_type || 'none' }}</dd></div>
          <div><dt>Body</dt><dd>{{ bytes(docs.response.bytes) }} in {{ number(docs.response.chunks) }} {{ docs.response.chunks === 1 ? 'chunk' : 'chunks' }}</dd></div></dl>
        <h3>Headers <button type="button" class="in-icon" aria-label="Copy the headers" title="Copy" @click="copy('res-h', lines(docs.response.headers))"
            v-html="icons[copied === 'res-h' ? 'check' : 'copy']"></button></h3>
        <table v-if="docs.response.headers.length" class="in-table"><tr v-for="(pair, i) in docs.response.headers" :key="i"><th>{{ pair[0] }}</th><td>{{ pair[1] }}</td></tr></table>
        <p v-else class="in-none">None came.</p>
        <h3>Body <small>as it came</small>
          <span v-if="isJson" class="in-seg" role="group" aria-label="Form">
            <button type="button" :aria-pressed="!rawBody" @click="rawBody = false">JSON</button>
            <button type="button" :aria-pressed="rawBody" @click="rawBody = true">Raw</button></span>
          <button v-if="body.text" type="button" class="in-icon" aria-label="Copy the body" title="Copy" @click="copyBody"
            v-html="icons[copied === 'res-b' ? 'check' : 'copy']"></button></h3>
        <json-tree v-if="isJson && !rawBody" :text="body.text"></json-tree>
        <pre v-else-if="body.text" class="raw" data-testid="response-body">{{ body.text }}</pre>
        <p v-else class="in-none">{{ docs.response.running ? 'Nothing yet.' : 'Empty.' }}</p>
        <p v-if="body.next !== null" class="in-actions"><button type="button" class="in-button" data-testid="more-body" @click="moreBody">
          Show more <small>{{ bytes(body.total - body.next) }} left</small></button></p>
      </template>
    </div>

    <div v-if="tab === 'timing'" class="in-page" role="tabpanel" aria-label="Timing" data-testid="timing">
      <timing-view v-if="docs.timing" v-bind="docs.timing" @event="showEvent($event)"></timing-view>
    </div>

    <div v-if="tab === 'state'" class="in-page" role="tabpanel" aria-label="State" data-testid="state">
      <template v-if="docs.state">
        <h3>Thread, as its events have built it <button v-if="docs.state.state" type="button" class="in-icon" aria-label="Copy the state" title="Copy"
          @click="copy('state', pretty(docs.state.state))" v-html="icons[copied === 'state' ? 'check' : 'copy']"></button></h3>
        <json-tree v-if="docs.state.state" :text="docs.state.state" :depth="2"></json-tree>
        <p v-else class="in-none">There is no thread yet.</p>
      </template>
    </div>
  </template>
</section>`,
  props: { session: String, token: String, icons: Object },
  emits: ["shown", "checklist"],
  data() {
    return {
      exchanges: [],
      selectedId: null,
      following: true,
      listOpen: true,
      tab: "events",
      typed: "",
      words: "",
      quiet: false,
      onlyInvalid: false,
      matched: 0,
      picked: null, // index asked for, until its detail is there
      detail: null,
      allProblems: false,
      raw: false,
      rawBody: false,
      docs: {},
      body: { text: "", next: null, total: 0 },
      copied: "",
      failure: "",
      inSight: false,
    };
  },
  computed: {
    current() {
      return this.exchanges.find((one) => one.id === this.selectedId) ?? null;
    },
    tabs() {
      const own = TABS.map((name) => ({ name, title: name[0].toUpperCase() + name.slice(1) }));
      if (this.current) own[0].count = this.current.events;
      return own;
    },
    filter() {
      return (this.words + (this.quiet ? QUIET : "")).trim();
    },
    filtered() {
      return this.filter !== "" || this.onlyInvalid;
    },
    nothing() {
      if (!this.current || (this.filtered ? this.matched : this.current.events)) return null;
      if (this.current.events) return [this.onlyInvalid && !this.filter ? "Every event is valid." : "No event matches."];
      if (this.current.running) return ["Waiting for the first event."];
      if (this.current.failure) return [this.current.failure];
      return this.current.streaming ? ["The response has no events."] : ["This operation answers with JSON, not with events."];
    },
    problems() {
      return this.allProblems ? this.detail.problems : this.detail.problems.slice(0, 3);
    },
    isJson() {
      return /json/i.test(this.docs.response?.content_type ?? "") && this.body.next === null && !this.docs.response.running && this.body.text !== "";
    },
    what() {
      return `${this.tab}\n${this.selectedId}`;
    },
  },
  watch: {
    what() {
      this.open();
    },
    selectedId() {
      this.detail = this.picked = null;
      this.docs = {};
      this.rawBody = false;
      this.failure = "";
    },
    typed(text) {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => (this.words = text.trim()), 120);
    },
  },
  created() {
    this.shown = false;
    this.opened = 0;
    this.pause = EVERY;
  },
  mounted() {
    // Folded away is either no width or out of the window; the first is "in view" to an IntersectionObserver.
    this.seen = new IntersectionObserver((entries) => {
      this.inView = entries.at(-1).isIntersecting;
      this.look();
    });
    this.sizes = new ResizeObserver(() => this.look());
    this.seen.observe(this.$el);
    this.sizes.observe(this.$el);
    const size = localStorage.getItem(SPLIT);
    if (size) this.$el.style.setProperty("--split", size);
  },
  unmounted() {
    this.seen.disconnect();
    this.sizes.disconnect();
    clearTimeout(this.later);
    clearTimeout(this.typing);
  },
  methods: {
    ms,
    bytes,
    number,
    // --- called by the server ---------------------------------------------------------------------------------------
    exchangesAre(list) {
      this.exchanges = list;
      if (!this.current) {
        this.selectedId = null;
        this.following = true;
      }
      this.goOn(list);
    },
    activity(list) {
      for (const one of list) {
        const i = this.exchanges.findIndex((other) => other.id === one.id);
        if (i < 0) this.exchanges.push(one);
        else this.exchanges[i] = one;
      }
      this.goOn(list);
    },
    selectExchange(id) {
      this.following = false;
      this.selectedId = id;
    },
    async selectEvent(id, index) {
      this.selectExchange(id);
      await this.showEvent(index);
    },
    look() {
      const shown = Boolean(this.inView) && this.$el.clientWidth > 0;
      if (shown === this.shown) return;
      this.shown = this.inSight = shown;
      this.$emit("shown", shown);
      if (shown) this.open();
    },
    // --- which exchange ---------------------------------------------------------------------------------------------
    // While following, the newest stream is shown; a JSON request (a list read anew) does not push it away unless it
    // failed, and then only until the same is asked again.
    goOn(changed) {
      if (this.following) {
        const found = this.exchanges.findLast((one) => one.streaming || this.tone(one) === "failed");
        const newest = found ? this.exchanges.findLast((one) => this.name(one) === this.name(found)) : this.exchanges.at(-1);
        if (newest && newest.id !== this.selectedId) {
          this.selectedId = newest.id;
          this.$nextTick(() => this.$refs.exchanges?.querySelector(".selected")?.scrollIntoView({ block: "nearest" }));
        }
      }
      if (this.selectedId && LIVE.includes(this.tab) && changed.some((one) => one.id === this.selectedId || this.tab === "state")) {
        this.later ??= setTimeout(() => this.open(), Math.max(0, this.opened + this.pause - Date.now()));
      }
    },
    follow() {
      this.following = !this.following;
      this.goOn([]);
    },
    walkExchanges(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const row = event.target.closest("li")?.[step > 0 ? "nextElementSibling" : "previousElementSibling"]?.firstElementChild;
      row?.focus();
      row?.click();
    },
    walkTabs(event) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const at = this.tabs.findIndex((one) => one.name === this.tab);
      this.tab = this.tabs[(at + step + this.tabs.length) % this.tabs.length].name;
      this.$nextTick(() => this.$el.querySelector('[role="tab"][aria-selected="true"]').focus());
    },
    // --- words ------------------------------------------------------------------------------------------------------
    name(one) {
      return one.operation || `${one.method} ${one.url.replace(/^[a-z]+:\/\/[^/]+/, "").split("?")[0] || "/"}`;
    },
    status(one) {
      if (one.running) return one.status ?? "…";
      return one.outcome === "complete" ? (one.status ?? "–") : one.outcome;
    },
    tone(one) {
      if (one.running) return "running";
      if (one.outcome === "cancelled") return "cancelled";
      return one.outcome === "complete" && one.status < 400 ? "ok" : "failed";
    },
    took(ns) {
      return ns < 10e9 ? `${ms(ns)} ms` : `${(ns / 1e9).toFixed(1)} s`;
    },
    clock(iso) {
      return new Date(iso).toLocaleTimeString("en-GB");
    },
    lines(pairs) {
      return pairs.map((pair) => pair.join(": ")).join("\n");
    },
    pretty(text) {
      try {
        return JSON.stringify(JSON.parse(text), null, 2);
      } catch {
        return text;
      }
    },
    visible(text) {
      return text.replace(/[\r\n\t\ufeff\0]/g, (c) => VISIBLE[c]);
    },
    // --- fetching ---------------------------------------------------------------------------------------------------
    async ask(path, query = {}) {
      const asked = new URLSearchParams({ session: this.session });
      for (const [key, value] of Object.entries(query)) if (value !== undefined && value !== "" && value !== false) asked.set(key, value);
      const answer = await fetch(`${window.path_prefix ?? ""}/workbench/${path}?${asked}`, { headers: { "X-Workbench-Token": this.token } });
      if (answer.ok) return answer;
      const body = await answer.json().catch(() => ({}));
      throw new Error(body.message ?? body.detail ?? answer.statusText);
    },
    of(id, rest) {
      return `exchanges/${encodeURIComponent(id)}/${rest}`;
    },
    // What went wrong is said in the pane; the next success takes it back.
    async attempt(path, query) {
      try {
        const answer = await (await this.ask(path, query)).json();
        this.failure = "";
        return answer;
      } catch (error) {
        this.failure = error instanceof TypeError ? "The workbench does not answer." : error.message;
        return null;
      }
    },
    // Quietly: it asks by itself, perhaps for an exchange that has just gone with its thread.
    async loadFindings(id) {
      try {
        return await (await this.ask(this.of(id, "findings"))).json();
      } catch {
        return null;
      }
    },
    // The report is a page of its own: it goes with the token, which a plain link could not bring.
    async openReport(path) {
      try {
        const link = URL.createObjectURL(await (await this.ask(path)).blob());
        const page = window.open(link, "_blank");
        if (page) page.opener = null;
        else throw new Error("the browser keeps new windows from opening");
        setTimeout(() => URL.revokeObjectURL(link), 60000);
      } catch (error) {
        this.failure = `The report could not be opened: ${error.message}`;
      }
    },
    found({ findings: [errors, warnings] }) {
      const named = [[errors, "error"], [warnings, "warning"]].filter(([count]) => count);
      return named.map(([count, name]) => `${count} ${name}${count === 1 ? "" : "s"}`).join(", ");
    },
    showEvidence(id, index) {
      this.following = false;
      if (!id || id === this.selectedId) return this.showEvent(index);
      this.selectEvent(id, index);
    },
    loadRows(id, query) {
      return this.attempt(this.of(id, "events"), query);
    },
    async open() {
      clearTimeout(this.later);
      this.later = null;
      const { tab, selectedId: id } = this;
      if (!this.shown || !id || tab === "events" || (tab === "request" && this.docs.request)) return;
      this.opened = Date.now();
      const got = await this.attempt(tab === "state" ? "state" : this.of(id, tab));
      this.pause = Math.max(EVERY, 8 * (Date.now() - this.opened)); // a big state is looked at less often
      if (!got || id !== this.selectedId) return;
      if (tab === "response") {
        if (this.body.id !== id || this.body.pages === 1) this.body = { ...got.body, id, pages: 1 };
        else this.body = { ...this.body, total: got.body.total, next: this.body.next ?? (got.body.total > this.body.end ? this.body.end : null) };
      }
      this.docs = { ...this.docs, [tab]: got };
    },
    async moreBody() {
      const { id, next } = this.body;
      const got = await this.attempt(this.of(id, "response/body"), { from: next });
      if (!got || id !== this.body.id || next !== this.body.next) return;
      this.body = { ...this.body, ...got, text: this.body.text + got.text, pages: this.body.pages + 1, end: got.next ?? got.total };
    },
    async copyBody() {
      while (this.body.next !== null) {
        const before = this.body.next;
        await this.moreBody();
        if (this.body.next === before) return;
      }
      this.copy("res-b", this.body.text);
    },
    async save() {
      try {
        const answer = await this.ask(this.of(this.selectedId, "recording"));
        const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "exchange.jsonl";
        const link = document.createElement("a");
        link.href = URL.createObjectURL(await answer.blob());
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      } catch (error) {
        this.failure = `The recording could not be saved: ${error.message}`;
      }
    },
    // --- one event --------------------------------------------------------------------------------------------------
    async pickEvent(index) {
      this.following = false;
      this.picked = index;
      const id = this.selectedId;
      const got = await this.attempt(this.of(id, `events/${index}`));
      if (got && id === this.selectedId && index === this.picked) {
        this.detail = got;
        this.allProblems = got.problems.length === 4; // "1 more" takes as much room as the one
      }
    },
    async showEvent(index) {
      this.tab = "events";
      this.following = false;
      this.typed = this.words = "";
      this.quiet = this.onlyInvalid = false;
      await this.$nextTick();
      await this.$nextTick();
      this.$refs.list?.show(index);
      await this.pickEvent(index);
    },
    closeDetail() {
      this.detail = this.picked = null;
    },
    async copy(what, text) {
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const area = document.createElement("textarea");
        area.value = text;
        area.style.cssText = "position:fixed;opacity:0";
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
      }
      this.copied = what;
      setTimeout(() => this.copied === what && (this.copied = ""), 1400);
    },
    // --- list above, detail below (or side by side in a wide pane) ----------------------------------------------------
    resize(part) {
      const size = `${Math.round(Math.max(15, Math.min(80, part * 100)))}%`;
      this.$el.style.setProperty("--split", size);
      localStorage.setItem(SPLIT, size);
    },
    drag(event) {
      event.preventDefault();
      const grip = event.currentTarget;
      grip.setPointerCapture(event.pointerId);
      const move = (e) => {
        const box = grip.parentElement.getBoundingClientRect();
        const wide = grip.offsetHeight > grip.offsetWidth;
        this.resize(wide ? (box.right - e.clientX) / box.width : (box.bottom - e.clientY) / box.height);
      };
      grip.addEventListener("pointermove", move);
      grip.addEventListener("lostpointercapture", () => grip.removeEventListener("pointermove", move), { once: true });
    },
    nudge(event) {
      const step = { ArrowUp: 0.04, ArrowLeft: 0.04, ArrowDown: -0.04, ArrowRight: -0.04 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.resize(parseFloat(getComputedStyle(this.$el).getPropertyValue("--split")) / 100 + step);
    },
  },
};
