// How much is kept, and for how long: said, and set.
import { several, size } from "recording_words";

export const LimitsForm = {
  template: `<form v-if="editing" class="rec-limits" @submit.prevent="set" @keydown.esc.stop="editing = false">
    <label>At most <input class="field" type="number" min="10" step="any" required v-model.number="megabytes"
      ref="first" data-testid="limit-megabytes" /> MB,</label>
    <label>at most <input class="field" type="number" min="1" max="3650" required v-model.number="days"
      data-testid="limit-days" /> days old.</label>
    <button type="submit" class="btn" data-testid="set-limits">Set</button>
    <button type="button" class="link-btn" @click="editing = false">Cancel</button>
  </form>
  <p v-else class="hint rec-limits" data-testid="recording-limits">
    <span>{{ size(used) }} of {{ size(limits.bytes) }} used. Beyond that, and after {{ several(limits.days, 'day') }},
      the oldest go; what has a name or a pin stays.</span>
    <button type="button" class="link-btn" data-testid="change-limits" @click="edit">Change</button></p>`,
  props: { limits: Object, used: Number },
  emits: ["set"],
  data() {
    return { editing: false, megabytes: 0, days: 0 };
  },
  methods: {
    several,
    size,
    edit() {
      this.megabytes = this.limits.bytes / 1e6;
      this.days = this.limits.days;
      this.editing = true;
      this.$nextTick(() => this.$refs.first.focus());
    },
    set() {
      this.editing = false;
      this.$emit("set", { bytes: Math.round(this.megabytes * 1e6), days: Math.round(this.days) });
    },
  },
};
