// One event: when and where it came, what is wrong with it, and its JSON or its bytes.
import { CopyButton } from "copy_button";
import { JsonTree } from "json_tree";
import { bytes, ms, number } from "numbers";
import { RawText } from "raw_text";
import { pretty, visible } from "texts";

const SHOWN = 3; // problems shown at first

export const EventDetail = {
  components: { CopyButton, JsonTree, RawText },
  template: `
<article class="ev-detail" data-testid="event-detail" :data-index="detail.index">
  <header>
    <b class="ev-title" :class="'fam-' + detail.family" :title="detail.type"
       ><i class="ev-dot"></i>{{ detail.name }}</b>
    <copy-button v-if="link" name="Copy a link to this event" picture="link" :text="link"
                 data-testid="copy-event-link"></copy-button>
    <copy-button name="Copy the event" :text="raw ? detail.raw : pretty(detail.data)"></copy-button>
    <button type="button" class="in-icon" aria-label="Close" title="Close (Esc)" @click="$emit('close')"
            v-html="icons.x"></button>
    <div class="ev-forms">
      <div class="in-seg" role="group" aria-label="Form">
        <button type="button" :aria-pressed="!raw" @click="$emit('update:raw', false)">JSON</button>
        <button type="button" :aria-pressed="raw" data-testid="event-raw"
                @click="$emit('update:raw', true)">Raw</button>
      </div>
      <button v-if="present" type="button" class="in-link" data-testid="as-it-was" @click="$emit('back')"
              title="Show the thread as it was after this event">As it was here</button>
      <a v-if="playground" class="in-link" data-testid="open-in-playground" :href="playground" target="_blank"
         title="Change it, and see what becomes of it">Open in playground</a>
    </div>
  </header>
  <div class="ev-body" tabindex="0">
    <p class="ev-meta"><span>#{{ detail.index }}</span><span>{{ ms(detail.at) }} ms</span>
      <span>{{ bytes(detail.end - detail.start) }}</span>
      <span>bytes {{ number(detail.start) }}–{{ number(detail.end) }}</span>
      <span v-if="detail.sse_event">event: {{ detail.sse_event }}</span></p>
    <p v-if="!detail.terminated" class="ev-note">No blank line ends this event: the official widget drops it.</p>
    <p v-if="detail.left" class="ev-cut" data-testid="event-cut"
      >The first {{ bytes(detail.end - detail.start - detail.left) }} are shown,
      {{ bytes(detail.left) }} are left.
      <button type="button" class="in-link" data-testid="whole-event" @click="$emit('whole')">Show all</button>
      <button type="button" class="in-link" data-testid="save-event" @click="$emit('save')">Save</button></p>
    <dl v-for="(one, i) in problems" :key="i" class="ev-problem" data-testid="event-problem">
      <div><dt>path</dt><dd class="path">{{ one.path }}</dd></div>
      <div><dt>expected</dt> <dd class="expected">{{ one.expected }}</dd></div>
      <div><dt>got</dt> <dd class="got">{{ one.got }}</dd></div>
    </dl>
    <button v-if="problems.length < detail.problems.length" type="button" class="in-link" @click="all = true">
      {{ detail.problems.length - problems.length }} more problems</button>
    <raw-text v-if="raw" :text="visible(detail.raw)" data-testid="event-bytes"></raw-text>
    <json-tree v-else :text="detail.data" :problems="detail.problems" :key="detail.index" data-testid="event-json"
      ></json-tree>
  </div>
</article>`,
  props: { detail: Object, exchange: String, raw: Boolean, present: Boolean, link: Function },
  emits: ["update:raw", "close", "back", "whole", "save"],
  inject: ["icons", "session"],
  data() {
    return { all: false };
  },
  computed: {
    // where an item or a widget can be tried; it is read there from this window's exchanges
    playground() {
      if (!/^\{"type":\s*"thread\.item\.(added|done|replaced)"|"type":\s*"widget\./.test(this.detail.data)) return "";
      const asked = new URLSearchParams({ session: this.session, exchange: this.exchange, event: this.detail.index });
      return `${window.path_prefix ?? ""}/gallery/components?${asked}`;
    },
    problems() {
      return this.all ? this.detail.problems : this.detail.problems.slice(0, SHOWN);
    },
  },
  watch: {
    detail: {
      immediate: true,
      handler({ problems }) {
        this.all = problems.length === SHOWN + 1; // "1 more" takes as much room as the one
      },
    },
  },
  methods: { bytes, ms, number, pretty, visible },
};
