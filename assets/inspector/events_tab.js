// The events of one exchange: a filter, the list, and the one that is looked at.
import { EventDetail } from "event_detail";
import { EventList } from "event_list";
import { saveFile } from "files";
import { number } from "numbers";
import { SplitGrip, keptSize } from "split_grip";

const QUIET = " -text_delta -value_delta";
const FOLDED = "workbench.inspector.fold"; // "0": every delta has a row of its own
const TYPING = 120; // ms until a filter that is being typed counts

export const EventsTab = {
  components: { EventDetail, EventList, SplitGrip },
  template: `
<div class="in-events" role="tabpanel" aria-label="Events">
  <div class="ev-tools">
    <label class="ev-search"><i v-html="icons.search"></i>
      <input v-model="typed" type="text" spellcheck="false" autocomplete="off" data-testid="event-filter"
             maxlength="400" placeholder="Filter" aria-label="Filter events"
             title="Words that must occur · -word must not · type:word must be part of the type"
             @keydown.esc="typed = ''">
      <button v-if="typed" type="button" aria-label="Clear the filter" @click="typed = ''" v-html="icons.x"></button>
    </label>
    <span v-if="filtered" class="ev-matched">{{ number(matched) }}</span>
    <button type="button" class="in-chip" :aria-pressed="fold" @click="turnFold" data-testid="fold-deltas"
            title="The deltas of one part in one row">Fold</button>
    <button type="button" class="in-chip" :aria-pressed="quiet" @click="quiet = !quiet" title="Hide text deltas"
            data-testid="hide-deltas">No deltas</button>
    <button type="button" class="in-chip danger" :aria-pressed="onlyInvalid" @click="onlyInvalid = !onlyInvalid"
            data-testid="only-invalid" title="Only events that do not fit the protocol">
      Invalid<small v-if="exchange.invalid">{{ number(exchange.invalid) }}</small>
    </button>
  </div>
  <div class="ev-split">
    <div class="ev-main">
      <event-list ref="list" :exchange="exchange.id" :count="exchange.events" :running="exchange.running"
                  :filter="filter" :invalid="onlyInvalid" :fold="fold"
                  :selected="detail ? detail.index : picked" :load="load"
                  :now="now"
                  @select="(index) => pick(index)" @matched="matched = $event" @close="close"></event-list>
      <div v-if="nothing" class="in-empty small"><p>{{ nothing }}</p>
        <button v-if="!filtered && exchange.bytes" type="button" class="in-link" @click="$emit('response')"
          >Show the response</button>
      </div>
    </div>
    <split-grip v-if="detail" @size="resize"></split-grip>
    <event-detail v-if="detail" :link="linkTo && (() => linkTo({ exchange: exchange.id, event: detail.index }))"
                  :detail="detail" :exchange="exchange.id" :present="present" v-model:raw="raw"
                  @close="close" @whole="whole" @save="save"
                  @back="$emit('picked', { exchange: exchange.id, event: detail.index, back: true })"></event-detail>
  </div>
</div>`,
  props: {
    exchange: Object,
    now: Number, // index of the event after which the thread is shown
    present: Boolean, // whether a reader who wants to see the thread as it was has to say so
  },
  emits: ["stay", "response", "detailed", "picked"],
  inject: { icons: {}, attempt: {}, fetched: {}, linkTo: { default: null } },
  data() {
    return {
      typed: "",
      words: "",
      fold: localStorage.getItem(FOLDED) !== "0",
      quiet: false,
      onlyInvalid: false,
      matched: 0,
      picked: null, // index asked for, until its detail is there
      detail: null,
      raw: false,
    };
  },
  computed: {
    filter() {
      return (this.words + (this.quiet ? QUIET : "")).trim();
    },
    filtered() {
      return this.filter !== "" || this.onlyInvalid;
    },
    // Why the list is empty; null when it is not.
    nothing() {
      const { events, running, failure, streaming } = this.exchange;
      if (this.filtered ? this.matched : events) return null;
      if (events) return this.onlyInvalid && !this.filter ? "Every event is valid." : "No event matches.";
      if (running) return "Waiting for the first event.";
      if (failure) return failure;
      return streaming ? "The response has no events." : "This operation answers with JSON, not with events.";
    },
  },
  watch: {
    typed(text) {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => (this.words = text.trim()), TYPING);
    },
    "exchange.id"() {
      this.close();
    },
    detail() {
      this.$emit("detailed", this.detail !== null);
    },
  },
  mounted() {
    const size = keptSize();
    if (size) this.resize(size);
  },
  unmounted() {
    clearTimeout(this.typing);
    this.$emit("detailed", false);
  },
  methods: {
    number,
    load(id, query) {
      return this.attempt(`exchanges/${encodeURIComponent(id)}/events`, query);
    },
    async pick(index, led = false) {
      const { id } = this.exchange;
      this.$emit("stay");
      this.picked = index;
      this.$emit("picked", { exchange: id, event: index, led });
      const got = await this.attempt(`exchanges/${encodeURIComponent(id)}/events/${index}`);
      if (got && id === this.exchange.id && index === this.picked) this.detail = got;
    },
    // Of a long event the beginning is here: its bytes, all of them.
    bytesOf({ index }, read) {
      return this.fetched(`exchanges/${encodeURIComponent(this.exchange.id)}/events/${index}/bytes`, read);
    },
    async whole() {
      const { detail } = this;
      const text = await this.bytesOf(detail, (answer) => answer.text());
      if (text === null || detail !== this.detail) return;
      this.raw = true; // what is longer than what is read is text, and no JSON
      this.detail = { ...detail, raw: text, left: 0 };
    },
    save() {
      return this.bytesOf(this.detail, (answer) => saveFile(answer, "event.txt"));
    },
    // Show one event in its place among all, if that is `wanted` still when it is there.
    async show(index, led, wanted) {
      this.typed = this.words = "";
      this.quiet = this.onlyInvalid = false;
      await this.$nextTick();
      await this.$nextTick();
      if (wanted()) await this.$refs.list?.show(index);
      if (wanted()) await this.pick(index, led);
    },
    turnFold() {
      this.fold = !this.fold;
      localStorage.setItem(FOLDED, this.fold ? "1" : "0");
    },
    close() {
      this.detail = this.picked = null;
    },
    resize(size) {
      this.$el.style.setProperty("--split", size);
    },
  },
};
