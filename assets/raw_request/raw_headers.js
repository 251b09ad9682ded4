// The headers of one request: those of the connection, masked where they are secret, and what is changed of them here.
// `changed` = [[name, value]], which stand in place of those of the same name; `without` = names that are left out.
const SECRET = /auth|token|secret|key|cookie|session|password|signature|credential/i;

export const RawHeaders = {
  template: `
<div class="rw-headers" data-testid="raw-headers">
  <p class="hint">For this one request. Values that are masked stay on the workbench's side, and go along as they are.
    <template v-if="computed">The profile works out more of them when it is sent.</template></p>
  <div v-for="[name, value] in own" :key="name" class="rw-header"
    :class="{ gone: isLeft(name), changed: isChanged(name) }">
    <span class="rw-name" :title="name">{{ name }}</span>
    <input class="field mono" :value="shown(name, value)" :disabled="isLeft(name)" :aria-label="name" spellcheck="false"
      autocomplete="off" @change="change(name, value, $event.target.value)" />
    <button v-if="isLeft(name) || isChanged(name)" type="button" class="icon-btn" :title="'Take back: ' + name"
      :aria-label="'Take back: ' + name" @click="takeBack(name)" v-html="icons['rotate-cw']"></button>
    <button v-else type="button" class="icon-btn" :title="'Leave out ' + name" :aria-label="'Leave out ' + name"
      @click="leave(name)" v-html="icons['trash-2']"></button>
  </div>
  <div v-for="(pair, i) in added" :key="'added' + i" class="rw-header changed">
    <input class="field mono" :value="pair[0]" aria-label="Name of the header" placeholder="X-Name" spellcheck="false"
      autocomplete="off" data-testid="raw-header-name" @change="set(pair, $event.target.value.trim(), pair[1])" />
    <input class="field mono" :value="pair[1]" :type="secret(pair[0]) ? 'password' : 'text'" aria-label="Value"
      spellcheck="false" autocomplete="off" data-testid="raw-header-value" placeholder="Value"
      @change="set(pair, pair[0], $event.target.value)" />
    <button type="button" class="icon-btn" title="Remove" aria-label="Remove the header" @click="remove(pair)"
      v-html="icons['trash-2']"></button>
  </div>
  <button type="button" class="btn" data-testid="raw-add-header" @click="add">Add a header</button>
</div>`,
  props: { own: Array, changed: Array, without: Array, computed: Boolean, icons: Object },
  emits: ["update:changed", "update:without"],
  computed: {
    added() {
      return this.changed.filter(([name]) => !this.isOwn(name));
    },
  },
  methods: {
    secret(name) {
      return SECRET.test(name);
    },
    same(one, other) {
      return one.toLowerCase() === other.toLowerCase();
    },
    isOwn(name) {
      return this.own.some(([other]) => this.same(name, other));
    },
    isLeft(name) {
      return this.without.some((other) => this.same(name, other));
    },
    isChanged(name) {
      return this.changed.some(([other]) => this.same(name, other));
    },
    shown(name, value) {
      return this.changed.find(([other]) => this.same(name, other))?.[1] ?? value;
    },
    others(name) {
      return this.changed.filter(([other]) => !this.same(name, other));
    },
    change(name, before, value) {
      this.$emit("update:changed", value === before ? this.others(name) : [...this.others(name), [name, value]]);
    },
    takeBack(name) {
      this.$emit("update:changed", this.others(name));
      this.$emit("update:without", this.without.filter((other) => !this.same(name, other)));
    },
    leave(name) {
      this.$emit("update:without", [...this.without, name]);
    },
    set(pair, name, value) {
      this.$emit("update:changed", this.changed.map((one) => (one === pair ? [name, value] : one)));
    },
    remove(pair) {
      this.$emit("update:changed", this.changed.filter((one) => one !== pair));
    },
    add() {
      this.$emit("update:changed", [...this.changed, ["", ""]]);
      this.$nextTick(() => this.$el.querySelector(".rw-header:last-of-type input")?.focus());
    },
  },
};
