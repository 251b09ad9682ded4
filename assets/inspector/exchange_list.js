// The exchanges of this window, oldest first, in a list that folds; beside its title, whether the newest is followed.
import { attempt, clock, name, status, took, tone } from "exchange_words";
import { counted, number } from "numbers";

export const ExchangeList = {
  template: `
<header class="in-head">
  <button type="button" class="in-fold" :aria-expanded="open" @click="open = !open">
    <i class="in-chevron" :class="{ open }" v-html="icons['chevron-right']"></i>
    <span>Exchanges</span><small>{{ exchanges.length || '' }}</small>
  </button>
  <span class="in-current" v-if="!open && current">{{ name(current) }} · {{ status(current) }}</span>
  <button type="button" class="in-chip" data-testid="follow" :aria-pressed="following" @click="$emit('follow')"
          title="Show the newest stream as soon as it begins">
    <i v-html="icons.radio"></i><span>{{ following ? 'Following' : 'Follow' }}</span>
  </button>
</header>
<ol v-show="open && exchanges.length" class="in-exchanges" ref="list" @keydown="walk">
  <li v-for="one in exchanges" :key="one.id">
    <button type="button" class="ex-row" data-testid="exchange-row" :data-exchange-id="one.id"
            :data-outcome="one.outcome" :class="[tone(one), { selected: one === current }]"
            :aria-current="one === current"
            :title="one.method + ' ' + one.url + (one.failure ? '\\n' + one.failure : '')"
            @click="$emit('select', one.id)">
      <i class="ex-dot"></i><span class="ex-name">{{ name(one) }}</span>
      <span v-if="one.attempt" class="ex-attempt" data-testid="attempt">{{ attempt(one) }}</span>
      <span v-if="found(one)" class="ex-found" :class="one.findings[0] ? 'is-error' : 'is-warning'" :title="found(one)"
            >{{ number(one.findings[0] || one.findings[1]) }}</span>
      <span class="ex-status">{{ status(one) }}</span>
      <span class="ex-took">{{ took(one) }}</span>
      <time class="ex-time" :datetime="one.started">{{ clock(one) }}</time>
    </button>
  </li>
</ol>`,
  props: { exchanges: Array, current: Object, following: Boolean },
  emits: ["select", "follow"],
  inject: ["icons"],
  data() {
    return { open: true };
  },
  methods: {
    attempt,
    clock,
    name,
    number,
    status,
    tone,
    took,
    // In words: how many errors and warnings; "" when there are none.
    found({ findings }) {
      const [errors, warnings] = findings ?? [0, 0];
      const named = [
        [errors, "error"],
        [warnings, "warning"],
      ];
      return named
        .filter(([count]) => count)
        .map(([count, level]) => counted(count, level))
        .join(", ");
    },
    walk(event) {
      const side = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      if (!side) return;
      event.preventDefault();
      const row = event.target.closest("li")?.[side]?.firstElementChild;
      row?.focus();
      row?.click();
    },
    // The newest; or the selected one, when it has just been chosen, wherever that is.
    reveal(chosen) {
      const { list } = this.$refs;
      list.scrollTop = list.scrollHeight;
      if (chosen) list.querySelector(".selected")?.scrollIntoView({ block: "nearest" });
    },
  },
};
