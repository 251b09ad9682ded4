// Tool, model and the menu of the composer: what the host page offers, and what can be tried on any backend.
import { kept } from "sent_history";

export const Choices = {
  data() {
    const { tool = null, model = null } = kept(`workbench.choice.${this.place}`, {});
    return { toolId: tool, modelId: model };
  },
  computed: {
    tool() {
      if (!this.toolId) return null;
      return this.settings.tools.find(({ id }) => id === this.toolId) ?? this.typed(this.toolId);
    },
    pinned() {
      return this.settings.tools.filter((one) => one.pinned && one.id !== this.toolId);
    },
    model() {
      const { models } = this.settings;
      const { modelId: id } = this;
      if (id) return models.find((one) => one.id === id) ?? { id, label: id };
      return models.find((one) => one.default && !one.disabled) ?? null;
    },
    models() {
      const { models } = this.settings;
      const byHand = this.model && !models.some(({ id }) => id === this.model.id);
      const entries = (byHand ? [...models, this.model] : models).map(({ id, label, description, disabled }) => {
        return { id, label, description, disabled, checked: id === this.model?.id };
      });
      // without a default, none is a choice as well
      if (byHand && !models.length) entries.push({ id: "", label: "No model", description: "", checked: false });
      return entries;
    },
    modelTitle() {
      return this.model ? `Model: ${this.model.label}` : "Model";
    },
    menu() {
      const { attachments, entities, dictation, tools } = this.settings;
      const { icons } = this;
      const files = { id: "do:attach", label: "Attach files", mark: icons.attach };
      const off = { disabled: true, description: "Off in the options" };
      const first = [attachments.enabled ? files : { ...files, ...off }];
      if (entities) first.push({ id: "do:mention", label: "Mention", mark: icons.tag });
      const hand = [
        { id: "do:by-hand", label: "Tool, model, tag or quote by hand…", mark: icons.by_hand },
        { id: "do:audio", label: "Transcribe an audio file…", mark: icons.audio },
      ];
      if (!dictation) hand.splice(1, 0, { id: "do:dictate", label: "Dictate", mark: icons.dictate });
      return [
        { name: "", entries: first },
        { name: "Tools", entries: tools.map((one) => this.entry(one)) },
        { name: "On any backend", entries: hand },
      ].filter(({ entries }) => entries.length);
    },
    // What the composer itself can do, for the menu of "/".
    ownCommands() {
      const { attachments, entities, tools, dictation } = this.settings;
      const own = [];
      if (attachments.enabled) own.push({ label: "Attach files", act: "do:attach", mark: this.icons.attach });
      if (entities) own.push({ label: "Mention", act: "do:mention", mark: this.icons.tag });
      if (dictation) own.push({ label: "Dictate", act: "do:dictate", mark: this.icons.dictate });
      for (const { id, label, mark } of tools) own.push({ label, act: `tool:${id}`, mark });
      return own.map((one) => ({ ...one, group: "Composer" }));
    },
  },
  methods: {
    // A tool that no host page has named.
    typed(id) {
      return { id, label: id, short: id, placeholder: "", persistent: true, mark: this.icons.tool };
    },
    entry({ id, label, mark }) {
      return { id: `tool:${id}`, label, mark, checked: id === this.toolId };
    },
    pick(id) {
      this.toolId = id || null;
      this.keepChoice();
      this.focus();
    },
    chooseModel(id) {
      this.modelId = id || null;
      this.keepChoice();
      this.focus();
    },
    // A message has gone: what was chosen for it alone is chosen no longer.
    toolIsUsed() {
      if (this.tool && !this.tool.persistent) this.toolId = null;
      this.keepChoice();
    },
    keepChoice() {
      const choice = { tool: this.tool?.persistent ? this.toolId : null, model: this.modelId };
      sessionStorage.setItem(`workbench.choice.${this.place}`, JSON.stringify(choice));
    },
    chosen(id) {
      const [kind, ...rest] = id.split(":");
      const name = rest.join(":");
      if (kind === "tool") this.pick(name === this.toolId ? null : name);
      else if (name === "attach") this.$refs.picker.click();
      else if (name === "mention") this.mention();
      else if (name === "dictate") this.$refs.dictation.begin();
      else if (name === "audio") this.$refs.audio.click();
      else this.byHand = true;
    },
    ownCommand({ act }, start, end) {
      this.$refs.field.write(start, end, "");
      this.chosen(act);
    },
    mention() {
      const { field } = this.$refs;
      field.focus();
      const { start, end } = field.selected();
      const before = start > 0 && !/\s/.test(field.text[start - 1]) ? " " : "";
      field.write(start, end, `${before}@`);
    },

    // --- by hand ----------------------------------------------------------------------------------------------------
    closeByHand() {
      this.byHand = false;
      this.focus();
    },
    applyByHand(tool, model) {
      this.pick(tool);
      this.chooseModel(model === this.model?.id ? this.modelId : model);
      this.closeByHand();
    },
    quoteByHand(text) {
      this.quote(text.trim());
      this.closeByHand();
    },
    tagByHand(entity) {
      this.closeByHand();
      this.$refs.field.insertTag(entity);
    },
  },
};
