// A button with a menu above it: choices in groups, walked with the arrow keys.
export const ChoiceMenu = {
  template: `<span class="composer-choice" @keydown="key" @focusout="left">
    <button type="button" ref="button" :class="look" :title="title" :aria-label="title" aria-haspopup="menu"
      :aria-expanded="open" :disabled="disabled" :data-testid="testid" @click.stop="toggle"><slot></slot></button>
    <span v-if="open" class="composer-menu" role="menu" ref="menu" :aria-label="title" @click.stop>
      <template v-for="group in groups" :key="group.name">
        <span v-if="group.name" class="composer-menu-group" role="presentation">{{ group.name }}</span>
        <button v-for="one in group.entries" :key="one.id" type="button" tabindex="-1" class="composer-menu-entry"
          :role="'checked' in one ? 'menuitemradio' : 'menuitem'" :aria-checked="one.checked" :data-id="one.id"
          data-testid="menu-entry" :aria-disabled="one.disabled || null" :class="{ 'is-off': one.disabled }"
          @click="choose(one)"><i v-html="one.mark"></i><span><b>{{ one.label }}</b><small v-if="one.description"
          >{{ one.description }}</small></span><i v-if="one.checked" class="is-check" v-html="check"></i></button>
      </template>
    </span>
  </span>`,
  props: { groups: Array, title: String, look: String, testid: String, disabled: Boolean, check: String },
  emits: ["choose"],
  data() {
    return { open: false };
  },
  methods: {
    toggle() {
      this.open = !this.open;
      if (this.open) this.$nextTick(() => (this.entries().find(isChecked) ?? this.entries()[0])?.focus());
    },
    entries() {
      return [...(this.$refs.menu?.querySelectorAll("button") ?? [])];
    },
    choose(one) {
      if (one.disabled) return;
      this.open = false;
      this.$refs.button.focus();
      this.$emit("choose", one.id);
    },
    key(event) {
      if (!this.open) return;
      const entries = this.entries();
      const at = entries.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
      if (event.key === "Escape") {
        this.open = false;
        this.$refs.button.focus();
      } else if (to !== undefined) entries.at(to % entries.length)?.focus();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    left(event) {
      if (!event.currentTarget.contains(event.relatedTarget)) this.open = false;
    },
  },
};

function isChecked(entry) {
  return entry.getAttribute("aria-checked") === "true";
}
