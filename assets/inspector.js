// The inspector: exchanges of this window, and everything about the one selected. The server pushes a line per live
// exchange (`activity`); all else is fetched when it is looked at, and nothing while the pane is folded away.
import { CopyButton } from "copy_button";
import { EventsTab } from "events_tab";
import { ExchangeList } from "exchange_list";
import { name, tone } from "exchange_words";
import { openPage, saveFile } from "files";
import FindingsPanel from "findings_panel";
import { number } from "numbers";
import { RequestTab } from "request_tab";
import { ask, reasonIn } from "requests";
import { ResponseTab } from "response_tab";
import { StateTab } from "state_tab";
import { TimingView } from "timing_view";

const TABS = ["events", "request", "response", "timing", "state"];
const LIVE = ["response", "timing", "state"]; // tabs that grow while the exchange runs
const EVERY = 800; // ms between two looks at such a tab
const ON_ITS_WAY = 1000; // ms in which the list of what is still kept comes

class Gone extends Error {}

export default {
  components: { CopyButton, EventsTab, ExchangeList, FindingsPanel, RequestTab, ResponseTab, StateTab, TimingView },
  template: `
<section class="inspector" data-testid="inspector" :class="{ 'has-detail': detailed && tab === 'events' }">
  <exchange-list ref="list" :exchanges="exchanges" :forgotten="forgotten" :current="current" :following="following"
                 @select="chooseExchange"
                 @follow="follow" @raw="$emit('raw', null)"></exchange-list>

  <div v-if="!current" class="in-empty">
    <i v-html="icons.activity"></i>
    <p>Nothing has been sent yet.</p>
    <p>Every request to your backend appears here, with each event as it arrives.</p>
  </div>

  <template v-else>
    <findings-panel :exchange="current" :load="loadFindings" :icons="icons" :shown="inSight" :reports="true"
                    :position="moment.position" :wanted="wanted" :link="linkTo"
                    @opened="$emit('chosen', { exchange: current.id, finding: $event })"
                    @event="showEvidence" @report="openReport('report')" @checklist="$emit('checklist')"
      ></findings-panel>
    <div class="in-bar"><nav class="in-tabs" role="tablist" aria-label="What to inspect" @keydown="walkTabs">
      <button v-for="one in tabs" :key="one.name" type="button" role="tab" class="in-tab" :data-tab="one.name"
              :aria-selected="tab === one.name" :tabindex="tab === one.name ? 0 : -1" @click="choose(one.name)">
        {{ one.title }}<small v-if="one.count">{{ number(one.count) }}</small>
      </button></nav>
      <button type="button" class="in-icon" :title="kept ? 'Kept: see Recordings' : 'Keep this exchange'"
              aria-label="Keep this exchange" data-testid="keep-exchange" @click="keep"
              v-html="kept ? icons.check : icons['bookmark-plus']"></button>
      <copy-button name="Copy a link to this exchange" picture="link" :text="() => linkTo({ exchange: current.id })"
                   data-testid="copy-exchange-link"></copy-button>
      <button type="button" class="in-icon" title="Save recording (JSON lines)" data-testid="save-recording"
              aria-label="Save recording" @click="save" v-html="icons.download"></button>
    </div>
    <p v-if="failure" class="in-failure" role="alert">{{ failure }}</p>
    <events-tab v-show="tab === 'events'" ref="events" :exchange="current" :now="nowIn(current)"
                :present="moment.live && moment.position === null" @stay="stay"
                @response="tab = 'response'" @detailed="detailed = $event" @picked="$emit('picked', $event)"
      ></events-tab>
    <request-tab v-if="tab === 'request'" :doc="docs.request" @again="$emit('raw', current.id)"></request-tab>
    <response-tab v-if="tab === 'response'" :exchange="current" :doc="docs.response" :body="body" :whole="wholeBody"
                  v-model:raw="rawBody" @more="moreBody"></response-tab>
    <div v-if="tab === 'timing'" class="in-page" tabindex="0" role="tabpanel" aria-label="Timing" data-testid="timing">
      <timing-view v-if="docs.timing" v-bind="docs.timing" @event="(index) => showEvent(index)"></timing-view>
    </div>
    <state-tab v-if="tab === 'state'" :doc="docs.state"></state-tab>
  </template>
</section>`,
  props: { session: String, token: String, icons: Object },
  emits: ["shown", "checklist", "picked", "raw", "chosen"],
  provide() {
    const complain = (words) => (this.failure = words);
    const { icons, session, attempt, fetched, linkTo } = this;
    return { icons, session, attempt, fetched, complain, linkTo };
  },
  data() {
    return {
      exchanges: [],
      forgotten: 0, // earlier ones that are not kept any longer
      selectedId: null,
      following: true,
      tab: "events",
      detailed: false, // one event is looked at, and the findings above take less room
      docs: {}, // what was fetched for the selected exchange, by tab
      body: { text: "", next: null, total: 0 },
      rawBody: false,
      failure: "",
      inSight: false,
      kept: false,
      here: "", // the query of the window's address
      wanted: "", // the rule whose finding a link leads to
      moment: { live: true, exchange: null, event: null, position: null }, // what is shown: the present, or a past
    };
  },
  computed: {
    current() {
      return this.exchanges.find((one) => one.id === this.selectedId) ?? null;
    },
    tabs() {
      const own = TABS.map((tab) => ({ name: tab, title: tab[0].toUpperCase() + tab.slice(1) }));
      if (this.current) own[0].count = this.current.events;
      return own;
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
      this.chooseTab();
      this.docs = {};
      this.rawBody = false;
      this.failure = "";
      this.kept = false;
      this.wanted = "";
    },
  },
  created() {
    this.shown = false;
    this.shows = 0; // of events, until now
    this.listed = 0; // exchanges at the last look
    this.tabIsOurs = false; // whether the tab was chosen here, and not by the reader
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
  },
  unmounted() {
    this.seen.disconnect();
    this.sizes.disconnect();
    clearTimeout(this.later);
  },
  methods: {
    number,
    // --- called by the server ---------------------------------------------------------------------------------------
    exchangesAre(list, forgotten = 0) {
      this.exchanges = list;
      this.forgotten = forgotten;
      if (!this.current) {
        this.selectedId = null;
        this.following = true;
      }
      this.goOn(list);
    },
    activity(list) {
      if (!this.shown) return; // it was sent before the server heard so; all is told anew when it is shown again
      for (const one of list) {
        const i = this.exchanges.findIndex((other) => other.id === one.id);
        if (i < 0) this.exchanges.push(one);
        else this.exchanges[i] = one;
      }
      this.goOn(list);
    },
    selectExchange(id) {
      this.lookAway();
      this.following = false;
      this.selectedId = id;
    },
    showFinding(id, rule) {
      this.selectExchange(id);
      this.wanted = ""; // the same one may be wanted again
      this.$nextTick(() => (this.wanted = rule));
    },
    leadTo(id, index) {
      if (id !== this.selectedId) this.selectExchange(id);
      this.showEvent(index, true);
    },
    // Showing an event takes a while: what comes after it stands.
    lookAway() {
      this.shows += 1;
    },
    placeIs(query) {
      this.here = query;
    },
    // The thread is shown as it was after this event of this exchange, or as it is.
    momentIs(moment) {
      const moved = moment.position !== this.moment.position;
      this.moment = moment;
      if (moment.position !== null) this.following = false; // what comes meanwhile moves nobody
      if (moment.exchange && moment.exchange !== this.selectedId) this.selectExchange(moment.exchange);
      if (moved && this.tab === "state") this.soon();
    },
    nowIn({ id }) {
      return this.moment.exchange === id ? this.moment.event : null;
    },
    async openReport(path) {
      try {
        openPage(await (await this.ask(path)).blob());
      } catch (error) {
        this.failure = `The report could not be opened: ${error.message}`;
      }
    },

    // --- what is in view --------------------------------------------------------------------------------------------
    look() {
      const shown = Boolean(this.inView) && this.$el.clientWidth > 0;
      if (shown === this.shown) return;
      this.shown = this.inSight = shown;
      this.$emit("shown", shown);
      if (shown) this.open();
    },
    // While following, the newest stream is shown, or else the thread as it was read; another JSON request (a list read
    // anew) does not push it away unless it failed, and then only until the same is asked again.
    goOn(changed) {
      if (this.following) {
        const found =
          this.exchanges.findLast((one) => one.streaming || tone(one) === "failed") ??
          this.exchanges.findLast((one) => one.operation === "threads.get_by_id");
        const newest = found ? this.exchanges.findLast((one) => name(one) === name(found)) : this.exchanges.at(-1);
        const chosen = Boolean(newest) && newest.id !== this.selectedId;
        const count = this.exchanges.length;
        if (chosen) this.selectedId = newest.id;
        if (chosen || count !== this.listed) this.$nextTick(() => this.$refs.list?.reveal(chosen));
        this.listed = count;
      }
      const concerned = changed.some((one) => one.id === this.selectedId || this.tab === "state");
      if (this.selectedId && LIVE.includes(this.tab) && concerned) {
        this.soon();
      }
    },
    soon() {
      this.later ??= setTimeout(() => this.open(), Math.max(0, this.opened + this.pause - Date.now()));
    },
    // The reader does; the address then says so.
    chooseExchange(id) {
      this.selectExchange(id);
      this.$emit("chosen", { exchange: id });
    },
    linkTo(more) {
      const query = new URLSearchParams(this.here);
      for (const [key, value] of Object.entries(more)) query.set(key, value);
      return `${location.origin}${location.pathname}?${query}`;
    },
    stay() {
      this.following = false;
      this.lookAway();
    },
    follow() {
      this.following = !this.following;
      if (this.following) this.$emit("chosen", null);
      this.goOn([]);
    },
    // An answer in JSON has no events: its body is shown, until the reader chooses another tab or events come again.
    chooseTab() {
      if (!this.current) return;
      if (!this.current.streaming && this.tab === "events") {
        this.tab = "response";
        this.tabIsOurs = true;
      } else if (this.current.streaming && this.tab === "response" && this.tabIsOurs) {
        this.tab = "events";
      }
    },
    choose(tab) {
      this.tab = tab;
      this.tabIsOurs = false;
    },
    walkTabs(event) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const at = TABS.indexOf(this.tab);
      this.choose(TABS[(at + step + TABS.length) % TABS.length]);
      this.$nextTick(() => this.$el.querySelector('[role="tab"][aria-selected="true"]').focus());
    },
    showEvidence(id, index) {
      if (id && id !== this.selectedId) this.selectExchange(id);
      this.showEvent(index);
    },
    // `led`: not by the reader, but by whoever knows what the address says.
    async showEvent(index, led = false) {
      this.lookAway();
      const { shows } = this;
      this.tab = "events";
      this.following = false;
      await this.$nextTick();
      await this.$refs.events?.show(index, led, () => shows === this.shows);
    },

    // --- fetching ---------------------------------------------------------------------------------------------------
    async ask(path, query = {}, options = {}) {
      const asked = new URLSearchParams({ session: this.session });
      for (const [key, value] of Object.entries(query)) {
        if (value !== undefined && value !== "" && value !== false) asked.set(key, value);
      }
      const answer = await ask(`${path}?${asked}`, this.token, options);
      if (answer.status === 204) throw new Gone("This exchange is no longer kept.");
      if (answer.ok) return answer;
      throw new Error(reasonIn(await answer.json().catch(() => ({}))) || answer.statusText);
    },
    of(id, rest) {
      return `exchanges/${encodeURIComponent(id)}/${rest}`;
    },
    attempt(path, query) {
      return this.fetched(path, (answer) => answer.json(), query);
    },
    // What is `read` of the answer; null when there is none. What went wrong is said in the pane, while the exchange
    // that it went wrong with is shown; the next success takes it back.
    async fetched(path, read, query) {
      const about = this.selectedId;
      try {
        const answer = await read(await this.ask(path, query));
        this.failure = "";
        return answer;
      } catch (error) {
        const words = error instanceof TypeError ? "The workbench does not answer." : error.message;
        const say = () => about === this.selectedId && (this.failure = words);
        if (error instanceof Gone) setTimeout(say, ON_ITS_WAY);
        else say();
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
    async open() {
      clearTimeout(this.later);
      this.later = null;
      const { tab, selectedId: id } = this;
      if (!this.shown || !id || tab === "events" || (tab === "request" && this.docs.request)) return;
      this.opened = Date.now();
      const got = await this.attempt(tab === "state" ? "state" : this.of(id, tab));
      this.pause = Math.max(EVERY, 8 * (Date.now() - this.opened)); // a big state is looked at less often
      if (!got || id !== this.selectedId) return;
      if (tab === "response") this.body = this.grown(id, got.body);
      this.docs = { ...this.docs, [tab]: got };
    },
    // The body that is held, when `first` is its first page as it is now: more pages that were asked for stay.
    grown(id, first) {
      const { body } = this;
      if (body.id !== id || body.pages === 1) return { ...first, id, pages: 1 };
      return { ...body, total: first.total, next: body.next ?? (first.total > body.end ? body.end : null) };
    },
    async moreBody() {
      const { id, next } = this.body;
      const got = await this.attempt(this.of(id, "response/body"), { from: next });
      if (!got || id !== this.body.id || next !== this.body.next) return;
      const { text, pages } = this.body;
      this.body = { ...this.body, ...got, text: text + got.text, pages: pages + 1, end: got.next ?? got.total };
    },
    async wholeBody() {
      while (this.body.next !== null) {
        const before = this.body.next;
        await this.moreBody();
        if (this.body.next === before) return null;
      }
      return this.body.text;
    },
    async keep() {
      const id = this.selectedId;
      try {
        await this.ask("recordings/keep", { exchange: id }, { method: "POST" });
        this.kept = id === this.selectedId;
      } catch (error) {
        this.failure = `It could not be kept: ${error.message}`;
      }
    },
    async save() {
      try {
        await saveFile(await this.ask(this.of(this.selectedId, "recording")), "exchange.jsonl");
      } catch (error) {
        this.failure = `The recording could not be saved: ${error.message}`;
      }
    },
  },
};
