// What a host page would offer, typed by hand: so that any backend's inference options, tags and quotes can be tried.
export const ByHand = {
  template: `<div class="composer-hand" data-testid="by-hand" role="dialog" aria-label="Send by hand"
      @keydown.esc.stop="$emit('close')" @click.stop>
    <header><b>Try what your host page would offer</b><button type="button" class="icon-btn" title="Close"
      aria-label="Close" v-html="icons.remove" @click="$emit('close')"></button></header>
    <div class="composer-hand-pair">
      <label>Tool id <small>inference_options.tool_choice</small><input class="field" v-model.trim="toolId"
        data-testid="hand-tool" placeholder="none" spellcheck="false" @keydown.enter.prevent="apply"></label>
      <label>Model id <small>inference_options.model</small><input class="field" v-model.trim="modelId"
        data-testid="hand-model" placeholder="none" spellcheck="false" @keydown.enter.prevent="apply"></label>
      <button type="button" class="btn" data-testid="hand-apply" @click="apply">Use</button>
    </div>
    <div class="composer-hand-pair">
      <label>Quote <small>quoted_text</small><input class="field" v-model="quoted" data-testid="hand-quote"
        placeholder="none" @keydown.enter.prevent="$emit('quote', quoted)"></label>
      <button type="button" class="btn" data-testid="hand-quote-use" @click="$emit('quote', quoted)">Quote</button>
    </div>
    <fieldset><legend>A tag <small>input_tag</small></legend>
      <label>Text<input class="field" v-model.trim="tag.title" data-testid="hand-tag-text"
        @keydown.enter.prevent="insert"></label>
      <label>Id<input class="field" v-model.trim="tag.id" data-testid="hand-tag-id" spellcheck="false"
        @keydown.enter.prevent="insert"></label>
      <label>Group<input class="field" v-model.trim="tag.group" placeholder="none"
        @keydown.enter.prevent="insert"></label>
      <label>Data (JSON object)<input class="field" v-model="data" placeholder="{}" spellcheck="false"
        data-testid="hand-tag-data" @keydown.enter.prevent="insert"></label>
      <button type="button" class="btn" data-testid="hand-tag-insert" @click="insert">Insert</button>
    </fieldset>
    <p v-if="problem" class="composer-problem" role="alert">{{ problem }}</p>
  </div>`,
  props: { icons: Object, tool: String, model: String, quote: String },
  emits: ["close", "apply", "quote", "tag"],
  data() {
    const tag = { title: "", id: "", group: "" };
    return { toolId: this.tool ?? "", modelId: this.model ?? "", quoted: this.quote, tag, data: "", problem: "" };
  },
  mounted() {
    this.$el.querySelector("input").focus();
  },
  methods: {
    apply() {
      this.$emit("apply", this.toolId, this.modelId);
    },
    insert() {
      this.problem = "";
      const { title, id, group } = this.tag;
      if (!title || !id) {
        this.problem = "A tag needs a text and an id";
        return;
      }
      let data;
      try {
        data = JSON.parse(this.data.trim() || "{}");
      } catch (error) {
        this.problem = `The data is no JSON: ${error.message}`;
        return;
      }
      if (data === null || typeof data !== "object" || Array.isArray(data)) {
        this.problem = "The data of a tag is an object, like {\"kind\": \"order\"}";
        return;
      }
      this.$emit("tag", { id, title, group, interactive: false, data });
    },
  },
};
