// One finding: its headline, and when it is open all that is known of it. HTML in it was made by the server.
import { copyBy } from "clipboard";

const PLACES = 6; // evidence links shown at first

export const FindingCard = {
  template: `
<article class="fi" data-testid="finding" :data-rule-id="one.id" :data-level="one.level"
         :class="['is-' + one.level, { open }]">
  <button type="button" class="fi-row" :aria-expanded="open" @click="$emit('toggle')">
    <i class="fi-dot" :title="one.level"></i><span class="fi-title" v-html="one.headline"></span>
    <small v-if="one.count > 1" class="fi-times">×{{ one.count.toLocaleString('en') }}</small>
    <i class="in-chevron" :class="{ open }" v-html="icons['chevron-right']"></i>
  </button>
  <div v-if="open" class="fi-body">
    <p class="fi-why" v-html="one.why"></p>
    <div v-if="one.fix" class="fi-fix" data-testid="fix" @click="copyFix"
      ><h4>Type instead</h4><div v-html="one.fix"></div></div>
    <dl class="fi-facts">
      <template v-if="one.got"><dt>Got</dt><dd v-html="one.got"></dd></template>
      <template v-if="one.expected"><dt>Expected</dt><dd v-html="one.expected"></dd></template>
      <template v-if="one.evidence.length"><dt>Where</dt><dd class="fi-places">
        <template v-for="(place, i) in places" :key="i">
          <button v-if="place.event !== null" type="button" class="fi-place" data-testid="evidence"
                  :data-event="place.event" :title="place.excerpt"
                  @click="$emit('event', place.exchange, place.event)"
                  >event {{ place.event }}<small v-if="place.ms">{{ Math.round(place.ms) }} ms</small></button>
          <span v-else class="fi-place" :title="place.excerpt"
            >{{ place.bytes ? 'bytes ' + place.bytes.join('–') : place.excerpt }}</span>
        </template>
        <button v-if="places.length < one.evidence.length" type="button" class="in-link" @click="all = true"
          >{{ one.evidence.length - places.length }} more</button>
      </dd></template>
    </dl>
    <details v-if="one.rewritten" class="fi-more fi-fix" data-testid="rewritten" @click="copyFix"
      ><summary>The whole stream, rewritten</summary><div v-html="one.rewritten"></div></details>
    <details v-if="one.widget" class="fi-more"><summary>What the official widget does</summary
      ><p v-html="one.widget"></p></details>
    <details v-if="one.consequences.length" class="fi-more" data-testid="consequences"
      ><summary>{{ consequences }} that would go away with it</summary>
      <ul><li v-for="(below, i) in one.consequences" :key="i"
        ><span v-html="below.headline"></span> <code>{{ below.id }}</code></li></ul></details>
    <p class="fi-rule">{{ one.level }} · <code>{{ one.id }}</code>
      <button v-if="link" type="button" class="in-link" data-testid="copy-finding-link" @click="copyLink"
        >Copy link</button></p>
  </div>
</article>`,
  props: { one: Object, open: Boolean, icons: Object, link: Function },
  emits: ["toggle", "event"],
  data() {
    return { all: false };
  },
  computed: {
    places() {
      return this.all ? this.one.evidence : this.one.evidence.slice(0, PLACES);
    },
    consequences() {
      const { length } = this.one.consequences;
      return length === 1 ? "1 consequence" : `${length} consequences`;
    },
  },
  methods: {
    copyLink(event) {
      copyBy(event.currentTarget, this.link());
    },
    copyFix(event) {
      const button = event.target.closest(".copy");
      if (button) copyBy(button, button.closest(".code").querySelector("pre").textContent);
    },
  },
};
