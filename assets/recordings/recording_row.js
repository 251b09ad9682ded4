// One recording in the list.
import { NameField } from "name_field";
import { exactly, nameOf, several, size, when } from "recording_words";

const FORMS = [
  ["jsonl", "JSON lines", "As the workbench keeps it: nothing is lost"],
  ["har", "HAR", "For the network panel of a browser, and for other tools"],
  ["curl", "curl", "A command for each request"],
  ["html", "Report", "Every exchange and what was found, as one page"],
];
const LEVELS = [
  ["errors", "error"],
  ["warnings", "warning"],
  ["notes", "note"],
];

export const RecordingRow = {
  components: { NameField },
  template: `<div class="rec-row" role="listitem" data-testid="recording-row" :data-key="row.key"
      @click="openUnlessMeant"
      :class="{ fresh, damaged: row.damaged, chosen }">
    <input v-if="chosen !== null" type="checkbox" class="rec-choose" :checked="chosen" :disabled="Boolean(row.damaged)"
      :aria-label="'Choose ' + name + ' to compare'" data-testid="choose-recording" @change="$emit('choose')" />
    <div class="rec-what">
      <name-field v-if="editing" :name="row.name" :placeholder="row.title" aria-label="Name of the recording"
        data-testid="recording-name" maxlength="200" @named="rename" @left="editing = false"></name-field>
      <button v-else type="button" class="rec-name" :class="{ named: row.name }" :disabled="Boolean(row.damaged)"
        :title="name" data-testid="open-recording" @click="$emit('open')">{{ name }}</button>
      <span v-if="row.damaged" class="rec-sub rec-damage" :title="row.damaged">{{ row.damaged }}</span>
      <span v-else class="rec-sub" :title="row.backend">{{ sub }}</span>
    </div>
    <div class="rec-when" :title="exactly(row.begun)">
      <span v-if="row.growing" class="rec-live">Recording</span>
      <template v-else>{{ when(row.begun) }}</template></div>
    <div class="rec-turns">
      <template v-if="row.damaged"></template>
      <template v-else-if="!row.looked_into && !row.exchanges">Reading…</template>
      <template v-else>{{ several(row.turns, 'turn') }}
        <small>{{ several(row.exchanges, 'exchange') }}</small></template></div>
    <div class="rec-found">
      <span v-if="row.damaged" class="rec-tag">Damaged</span>
      <small v-else-if="row.looked_into && !found.length" title="No rule found a fault in it">none</small>
      <template v-else><b v-for="[field, level] in found" :key="level" :class="'ex-found is-' + level"
        :title="several(row[field], level)">{{ row[field].toLocaleString('en') }}</b></template></div>
    <div class="rec-size">{{ size(row.size) }}</div>
    <div v-if="saving" class="rec-tools rec-forms">
      <button v-for="[form, words, hint] in forms" :key="form" type="button" class="link-btn" :title="hint"
        :data-testid="'export-' + form" @click="save(form)">{{ words }}</button>
      <button type="button" class="icon-btn" aria-label="Save nothing" @click="saving = false"
        v-html="icons.close"></button></div>
    <div v-else class="rec-tools">
      <button type="button" class="icon-btn" title="Rename" aria-label="Rename" data-testid="rename-recording"
        :disabled="Boolean(row.damaged)" @click="editing = true" v-html="icons.rename"></button>
      <button type="button" class="icon-btn" :title="pin" :aria-label="pin" :aria-pressed="row.kept"
        data-testid="pin-recording" :disabled="Boolean(row.damaged)" :class="{ on: row.kept }" @click="$emit('keep')"
        v-html="icons.pin"></button>
      <button type="button" class="icon-btn" title="Save as a file" aria-label="Save as a file"
        data-testid="export-recording" @click="row.damaged ? save('jsonl') : (saving = true)"
        v-html="icons.save"></button>
      <button type="button" class="icon-btn" title="Delete" aria-label="Delete" data-testid="delete-recording"
        @click="$emit('remove')" v-html="icons.remove"></button></div>
  </div>`,
  props: { row: Object, icons: Object, chosen: { default: null }, fresh: Boolean },
  emits: ["choose", "open", "rename", "keep", "save", "remove"],
  data() {
    return { editing: false, saving: false, forms: FORMS };
  },
  computed: {
    name() {
      return nameOf(this.row);
    },
    sub() {
      const { row } = this;
      const said = [row.backend.replace(/^https?:\/\//, ""), row.name ? row.title : "", row.source];
      return said.filter(Boolean).join(" · ");
    },
    found() {
      return LEVELS.filter(([field]) => this.row[field]);
    },
    pin() {
      if (this.row.kept) return "Kept: no limit takes it away. Press to leave it to the limits";
      return this.row.name ? "It has a name, and stays" : "Keep: no limit takes it away";
    },
  },
  mounted() {
    if (this.fresh) this.$el.scrollIntoView({ block: "nearest" });
  },
  methods: {
    exactly,
    several,
    size,
    when,
    openUnlessMeant(event) {
      // what can be pressed or typed into, and text that is being marked, mean themselves
      const own = event.target.closest("button, input, .rec-tools");
      if (!own && !this.row.damaged && !this.editing && !getSelection().toString()) this.$emit("open");
    },
    rename(name) {
      this.editing = false;
      if (name !== this.row.name) this.$emit("rename", name);
    },
    save(form) {
      this.saving = false;
      this.$emit("save", form);
    },
  },
};
