// The command palette, and the shortcuts of the whole page. A native dialog: it keeps the focus to itself, makes the
// rest of the page inert, closes on Escape and gives the focus back.
import { listen } from "bridge";
import { found, pieces } from "matching";
import { ACTS } from "page_acts";
import { named, pressed, spoken } from "shortcuts";

const LATELY = "workbench.commands"; // ids, the last one used first
const REMEMBERED = 8;
const SHOWN = 60; // more than that nobody reads: another letter is typed
const OPENS = "palette.open";
const SELECTED = "[aria-selected=true]";
const DIALOG = ".q-dialog--modal"; // one that fades away has given the page back

export default {
  template: `<div class="palette-host">
    <dialog ref="dialog" class="palette" data-testid="palette" aria-label="Commands" @close="closed"
      @click.self="close" @keydown="key">
      <label class="palette-field"><span v-html="icons.search"></span>
        <input ref="field" v-model="query" type="text" role="combobox" aria-expanded="true" aria-autocomplete="list"
          aria-controls="palette-list" :aria-activedescendant="rows.length ? 'palette-' + at : null"
          aria-label="What do you want to do?" placeholder="What do you want to do?" autocomplete="off"
          spellcheck="false" data-testid="palette-field"></label>
      <div id="palette-list" ref="list" class="palette-list" role="listbox" aria-label="Commands" tabindex="-1">
        <div v-for="section in sections" :key="section.title" role="group" :aria-label="section.title">
          <div v-if="section.title" class="palette-group" aria-hidden="true">{{ section.title }}</div>
          <div v-for="row in section.rows" :key="row.place" :id="'palette-' + row.place" class="palette-row"
            role="option" :aria-selected="row.place === at" data-testid="command" :data-command="row.command.id"
            @pointermove="at = row.place" @click="choose(row.command)">
            <span class="palette-icon" v-html="row.command.icon"></span>
            <span class="palette-title"><template v-for="(part, i) in row.parts" :key="i"
              ><mark v-if="part.is">{{ part.text }}</mark><template v-else>{{ part.text }}</template></template></span>
            <span v-if="row.command.hint" class="palette-hint">{{ row.command.hint }}</span>
            <span v-if="query && row.command.group" class="palette-of">{{ row.command.group }}</span>
            <span v-if="row.command.keys" class="keys"><kbd v-for="key in named(row.command.keys)" :key="key"
              >{{ key }}</kbd></span>
          </div>
        </div>
      </div>
      <p v-if="!rows.length" class="palette-nothing" role="status">Nothing on this page is called so.</p>
      <p class="visually-hidden" role="status">{{ rows.length }} commands</p>
    </dialog>
    <div class="palette-said" role="status" :hidden="!said">{{ said }}</div>
  </div>`,
  props: { icons: Object, shortcuts: { type: Array, default: () => [] } },
  emits: ["ask", "run"],
  data() {
    return { commands: [], query: "", at: 0, lately: [], said: "" };
  },
  computed: {
    // In the order shown: [{ title, rows: [{ command, parts, place }] }]
    sections() {
      const query = this.query.trim();
      const sections = query ? [{ title: "", rows: this.matching(query) }] : this.all();
      let place = 0;
      for (const section of sections) for (const row of section.rows) row.place = place++;
      return sections.filter((section) => section.rows.length);
    },
    rows() {
      return this.sections.flatMap((section) => section.rows);
    },
  },
  watch: {
    query() {
      this.at = 0;
      this.$nextTick(() => this.$refs.list.scrollTo(0, 0));
    },
    rows(rows) {
      if (this.at >= rows.length) this.at = Math.max(0, rows.length - 1);
    },
  },
  mounted() {
    this.onKey = (event) => this.shortcut(event);
    addEventListener("keydown", this.onKey);
    this.stopListening = listen(this.$el, (call, args) => this[call]?.(...args));
  },
  unmounted() {
    removeEventListener("keydown", this.onKey);
    this.stopListening?.();
    clearTimeout(this.quiet);
  },
  methods: {
    named,
    spoken,
    // --- called by the server ---------------------------------------------------------------------------------------
    entries(commands) {
      this.commands = commands;
      this.asked = false;
      if (this.entered) this.$nextTick(() => this.enter());
    },
    open() {
      const { dialog, field } = this.$refs;
      if (dialog.open || document.querySelector(DIALOG)) return; // a dialog has the page
      try {
        this.lately = JSON.parse(localStorage.getItem(LATELY) || "[]");
      } catch {
        this.lately = []; // a damaged entry is as good as none
      }
      this.query = "";
      this.at = 0;
      this.entered = false;
      this.asked = true;
      this.$emit("ask");
      dialog.showModal();
      field.focus();
    },

    // --- what is shown ----------------------------------------------------------------------------------------------
    all() {
      const whole = (command) => ({ command, parts: [{ is: false, text: command.title }] });
      const byId = new Map(this.commands.map((command) => [command.id, command]));
      const lately = this.lately.map((id) => byId.get(id)).filter(Boolean);
      const groups = new Map([["Recently used", lately.map(whole)]]);
      for (const command of this.commands) {
        if (command.id === OPENS || lately.includes(command)) continue;
        if (!groups.has(command.group)) groups.set(command.group, []);
        const group = groups.get(command.group);
        if (group.length < SHOWN) group.push(whole(command));
      }
      return [...groups].map(([title, rows]) => ({ title, rows }));
    },
    matching(query) {
      const rows = [];
      for (const command of this.commands) {
        const hit = command.id !== OPENS && found(query, command);
        if (!hit) continue;
        const used = this.lately.indexOf(command.id);
        // what the page itself can do stands before the many that are one of a kind: threads, recordings, the gallery
        const score = hit.score + (used < 0 ? 0 : 16 - used) + (command.id.includes(":") ? 0 : 24);
        rows.push({ command, parts: pieces(command.title, hit.places), score });
      }
      return rows.sort((one, other) => other.score - one.score).slice(0, SHOWN);
    },

    // --- keys -------------------------------------------------------------------------------------------------------
    key(event) {
      const last = this.rows.length - 1;
      const page = 8;
      const to = {
        ArrowDown: this.at < last ? this.at + 1 : 0,
        ArrowUp: this.at > 0 ? this.at - 1 : last,
        PageDown: Math.min(last, this.at + page),
        PageUp: Math.max(0, this.at - page),
      }[event.key];
      if (to !== undefined) {
        event.preventDefault();
        this.at = Math.max(0, to);
        this.$nextTick(() => this.$refs.list.querySelector(SELECTED)?.scrollIntoView({ block: "nearest" }));
      } else if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        this.enter();
      } else if (event.key === "Tab") {
        event.preventDefault(); // there is one control
      }
    },
    shortcut(event) {
      if (event.defaultPrevented || event.isComposing) return;
      const command = this.shortcuts.find((one) => one.keys.split(" ").some((keys) => pressed(keys, event)));
      if (!command) return;
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1;
      const typing = event.target.closest?.("input, textarea, select, [contenteditable=true]");
      if (plain && typing) return; // a character is a character
      if (command.id === OPENS) {
        event.preventDefault();
        if (this.$refs.dialog.open) this.close();
        else this.open();
        return;
      }
      if (this.$refs.dialog.open || document.querySelector(DIALOG)) return;
      if (this.run(command) !== false) event.preventDefault();
    },

    enter() {
      const row = this.rows[this.at];
      this.entered = !row && this.asked; // who types fast is there before the commands are, or the newest of them
      if (row) this.choose(row.command);
    },

    // --- doing it ---------------------------------------------------------------------------------------------------
    choose(command) {
      this.close();
      const others = this.lately.filter((id) => id !== command.id);
      localStorage.setItem(LATELY, JSON.stringify([command.id, ...others].slice(0, REMEMBERED)));
      this.run(command);
    },
    run(command) {
      if (!command.here) {
        this.$emit("run", command.id);
        return true;
      }
      const result = ACTS[command.id]?.() ?? false;
      Promise.resolve(result).then((words) => typeof words === "string" && this.say(words));
      return result;
    },
    say(words) {
      this.said = words;
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => (this.said = ""), 2600);
    },
    close() {
      this.$refs.dialog.close();
    },
    closed() {
      this.query = "";
      this.entered = false;
    },
  },
};
