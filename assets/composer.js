// The composer. Enter sends, Shift+Enter breaks the line; while an input method composes, Enter belongs to it.
import { ByHand } from "by_hand";
import { ChoiceMenu } from "choice_menu";
import { Choices } from "choices";
import { Dictation } from "dictation";
import { FileChips } from "file_chips";
import { pickable } from "file_limits";
import { MessageField } from "message_field";
import { OfferMenu } from "offer_menu";
import { QuoteSelection } from "quote_selection";
import { ask, reason } from "requests";
import { SentHistory, kept } from "sent_history";
import { TagCard } from "tag_card";
import { fromParts, partsOf } from "tagged_text";

// What stands in a field below the text that was sent from it: it was written while that went.
function since({ text, tags }, sent) {
  const rest = text.startsWith(sent) ? text.slice(sent.length).trimStart() : text;
  const cut = text.length - rest.length;
  const still = tags.filter(({ start }) => start >= cut);
  return { text: rest, tags: still.map((tag) => ({ ...tag, start: tag.start - cut, end: tag.end - cut })) };
}

export default {
  components: { ByHand, ChoiceMenu, Dictation, FileChips, MessageField, OfferMenu },
  mixins: [Choices],
  template: `<div class="composer" :class="{ 'is-empty': state.empty, 'is-dragging': dragging }"
      @dragover.prevent="dragging = true" @dragleave.self="dragging = false" @drop.prevent="dropped">
    <div v-if="state.empty && state.status === 'active'" class="composer-start">
      <h2>{{ settings.greeting }}</h2>
      <div v-if="settings.prompts.length" class="composer-prompts">
        <button v-for="(prompt, i) in settings.prompts" :key="i" type="button" class="composer-prompt"
          data-testid="start-prompt" :title="prompt.text" :disabled="Boolean(state.held)" @click="suggest(prompt)"
          ><span v-html="prompt.icon"></span>{{ prompt.label }}</button>
      </div>
    </div>
    <div v-if="state.status === 'closed'" class="composer-closed" data-testid="thread-closed" role="status">
      <span v-html="icons.locked"></span><span>{{ state.reason || 'This thread is closed.' }}</span>
    </div>
    <form v-else class="composer-box" :class="{ 'is-locked': locked }" @submit.prevent="send" @click="focusField">
      <offer-menu ref="offers" :id="menuId" :base="base" :token="token" :entities="settings.entities"
        :commands="settings.commands" :own="ownCommands" @active="active = $event" @entity="insertTag"
        @text="(words, start, end) => $refs.field.write(start, end, words)" @own="ownCommand"
        @taken="(start, end) => $refs.field.write(start, end, '')"></offer-menu>
      <by-hand v-if="byHand" :icons="icons" :tool="tool?.id" :model="model?.id" :quote="quoted" @close="closeByHand"
        @apply="applyByHand" @quote="quoteByHand" @tag="tagByHand"></by-hand>
      <div v-if="quoted" class="composer-quote" data-testid="quote"><i v-html="icons.quote"></i>
        <span :title="quoted">{{ quoted }}</span><button type="button" class="icon-btn" title="Take the quote out"
        aria-label="Take the quote out" v-html="icons.remove" @click.stop="quote('')"></button></div>
      <file-chips ref="files" :base="base" :token="token" :icons="icons" :limits="settings.attachments"
        @changed="files = $event" @failed="problem = $event"></file-chips>
      <message-field ref="field" :placeholder="placeholder" :disabled="locked" :menu="active ? menuId : ''"
        :active="active" @changed="changed" @caret="look" @key="key" @pasted="pasted" @tag="overTag"></message-field>
      <p v-if="problem || unsent" class="composer-problem" data-testid="composer-problem" role="alert"
        >{{ problem || unsent }}</p>
      <div class="composer-bar">
        <input ref="picker" type="file" multiple hidden data-testid="file-input" :accept="pickable" @change="picked">
        <input ref="audio" type="file" accept="audio/*,video/webm" hidden data-testid="audio-input" @change="heard">
        <choice-menu look="icon-btn" testid="composer-menu" title="Files, tools and more" :groups="menu"
          :disabled="locked" :check="icons.done" @choose="chosen"><i v-html="icons.more"></i></choice-menu>
        <span v-if="!dictating" class="composer-choices">
          <button v-for="one in pinned" :key="one.id" type="button" class="composer-pinned" data-testid="pinned-tool"
            :aria-pressed="false" :title="one.label" :disabled="locked" @click.stop="pick(one.id)"
            ><i v-html="one.mark"></i>{{ one.short }}</button>
          <span v-if="tool" class="composer-tool" data-testid="tool-chip"><i v-html="tool.mark"></i>
            <span :title="tool.label">{{ tool.short }}</span><button type="button" class="icon-btn"
            :title="'Without ' + tool.label" :aria-label="'Without ' + tool.label" v-html="icons.remove"
            @click.stop="pick(null)"></button></span>
          <choice-menu v-if="models.length" look="composer-model" testid="model-picker" :title="modelTitle"
            :groups="[{ name: '', entries: models }]" :disabled="locked" :check="icons.done" @choose="chooseModel"
            >{{ model?.label ?? 'Model' }}<i v-html="icons.down"></i></choice-menu>
        </span>
        <dictation ref="dictation" :base="base" :token="token" :icons="icons" @text="$refs.field.insertText($event)"
          @problem="problem = $event" @state="dictating = $event"></dictation>
        <template v-if="!dictating">
          <button v-if="settings.dictation" type="button" class="icon-btn" title="Dictate" aria-label="Dictate"
            data-testid="dictate" :disabled="locked" v-html="icons.dictate" @click.stop="$refs.dictation.begin()"
            ></button>
          <button v-if="state.running && state.can_stop" type="button" class="composer-send" data-testid="stop"
            aria-label="Stop" title="Stop" v-html="icons.stop" @click.stop="$emit('stop')"></button>
          <button v-else type="submit" class="composer-send" data-testid="send" :aria-label="sendLabel"
            :title="sendLabel" :disabled="!ready" v-html="icons.send"></button>
        </template>
      </div>
    </form>
    <div v-if="settings.disclaimer" class="composer-disclaimer" data-testid="disclaimer"
      :class="{ 'is-clear': settings.clear_disclaimer }" v-html="settings.disclaimer"></div>
  </div>`,
  props: { conversation: String, token: String, place: String, icons: Object, first: Object, given: Object },
  emits: ["stop", "ready", "tool"],
  data() {
    return {
      state: this.first,
      settings: this.given,
      text: "",
      quoted: "",
      files: { there: [], uploading: false, failed: 0 },
      active: "", // the entry of the menu that Enter would choose
      byHand: false,
      dictating: "",
      problem: "",
      sending: false,
      dragging: false,
    };
  },
  computed: {
    locked() {
      return this.state.status === "locked";
    },
    placeholder() {
      if (this.locked) return this.state.reason || "This thread is locked.";
      return this.state.held || this.tool?.placeholder || this.settings.placeholder;
    },
    // A message must not go without a file that its writer believes to be in it.
    unsent() {
      const { failed } = this.files;
      if (!failed) return "";
      if (failed === 1) return "1 attachment failed: remove it or try again";
      return `${failed} attachments failed: remove them or try again`;
    },
    ready() {
      const something = this.text.trim() !== "" || this.files.there.length > 0;
      const waits = this.sending || this.state.running || this.files.uploading || this.unsent || this.state.held;
      return something && !this.locked && !waits;
    },
    sendLabel() {
      if (this.state.held) return this.state.held;
      if (this.state.running) return "Wait until the answer is complete";
      if (this.files.uploading) return "Wait until the files are there";
      return this.unsent || "Send";
    },
    draftKey() {
      return `workbench.draft.${this.state.thread || "new"}`;
    },
    base() {
      return `conversations/${this.conversation}`;
    },
    menuId() {
      return `offers-${this.conversation}`;
    },
    pickable() {
      return pickable(this.settings.attachments.accept);
    },
  },
  watch: {
    draftKey(key, before) {
      // the thread has just got its id: what is being typed goes with it
      this.keepDraft();
      sessionStorage.removeItem(before);
    },
    quoted() {
      this.keepDraft();
    },
    toolId(id) {
      this.$emit("tool", id);
    },
  },
  created() {
    this.history = new SentHistory(this.place);
  },
  mounted() {
    this.card = new TagCard(this.conversation, this.token);
    this.selection = new QuoteSelection(this.icons.quote, (text) => this.quote(text));
    const draft = kept(this.draftKey, null);
    if (draft) {
      this.quoted = draft.quoted;
      this.$refs.field?.set(draft);
    }
    if (matchMedia("(hover: hover)").matches && this.$refs.field && !this.locked) this.$refs.field.focus();
    this.$emit("ready");
  },
  unmounted() {
    this.card.end();
    this.selection.end();
  },
  methods: {
    // --- from the server --------------------------------------------------------------------------------------------
    show(state) {
      this.state = state;
    },
    configure(settings) {
      this.settings = settings;
    },
    put({ parts, attachments, quoted, tool, model }, instead = false) {
      const { field, files } = this.$refs;
      if (!field) return;
      const draft = fromParts(parts);
      if (!instead && field.text && draft.text) {
        const shift = draft.text.length + 1;
        const rest = field.tags.map((tag) => ({ ...tag, start: tag.start + shift, end: tag.end + shift }));
        field.set({ text: `${draft.text}\n${field.text}`, tags: [...draft.tags, ...rest] });
      } else if (instead || draft.text) field.set(draft);
      if (instead) files.clear();
      files.put(attachments);
      if (quoted) this.quoted = quoted;
      if (tool) this.pick(tool);
      if (model) this.chooseModel(model);
      this.$nextTick(() => field.focus());
    },
    quote(text) {
      this.quoted = text;
      this.focus();
    },
    chooseTool(id) {
      this.pick(id);
    },
    focus() {
      this.$refs.field?.focus();
    },

    // --- text -------------------------------------------------------------------------------------------------------
    changed({ typed }) {
      const { field } = this.$refs;
      this.text = field.text;
      this.problem = "";
      if (typed) this.history.leave();
      this.keepDraft();
      if (typed) this.look();
      else this.$refs.offers.close();
    },
    keepDraft() {
      const { text, tags } = this.$refs.field ?? { text: "", tags: [] };
      const draft = JSON.stringify({ text, tags, quoted: this.quoted });
      if (text || this.quoted) sessionStorage.setItem(this.draftKey, draft);
      else sessionStorage.removeItem(this.draftKey);
    },
    look() {
      const { field, offers } = this.$refs;
      const { start, end } = field.selected();
      if (start === end) offers.look(field.text, end, field.tags.map((tag) => tag.start));
      else offers.close();
    },
    insertTag(entity, start, end) {
      const { id, title, icon, group, interactive, data } = entity;
      this.$refs.field.insertTag({ id, title, icon, group, interactive, data }, start, end);
    },
    overTag(entity, mark) {
      if (entity) this.card.rest(entity, mark.getBoundingClientRect());
      else this.card.leave();
    },
    focusField(event) {
      const { target, currentTarget } = event;
      if (target === currentTarget || ["composer-bar", "composer-choices"].includes(target.className)) this.focus();
    },
    key(event) {
      if (this.$refs.offers.key(event)) return;
      if (event.key === "ArrowUp" || event.key === "ArrowDown") this.recall(event);
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.send();
    },
    // ↑ at the very beginning, or in what it has brought: what was sent before.
    recall(event) {
      const { field } = this.$refs;
      const { start, end } = field.selected();
      const browsing = this.history.at !== null;
      const up = event.key === "ArrowUp";
      const atEdge = up ? !field.text.slice(0, start).includes("\n") : !field.text.slice(end).includes("\n");
      const modified = event.shiftKey || event.altKey || event.ctrlKey || event.metaKey || event.isComposing;
      if (modified || start !== end || !atEdge || !(browsing || (up && start === 0))) return;
      const message = this.history.step(up ? -1 : 1, { text: field.text, tags: field.tags });
      if (!message) return;
      event.preventDefault();
      field.set(message);
    },

    // --- sending ----------------------------------------------------------------------------------------------------
    async suggest(prompt) {
      if (this.state.running || this.sending || this.state.held) return;
      const options = { tool: this.tool?.id ?? null, model: this.model?.id ?? null };
      if (await this.post({ text: prompt.text, parts: prompt.parts, ...options })) this.toolIsUsed();
    },
    async send() {
      if (!this.ready) return;
      const { field, files } = this.$refs;
      const { text, tags } = field;
      const { tool, quoted } = this;
      const attachments = this.files.there;
      const sent = await this.post({
        text,
        parts: tags.length ? partsOf(text, tags) : [],
        attachments,
        quoted: quoted || null,
        tool: tool?.id ?? null,
        model: this.model?.id ?? null,
      });
      if (!sent) return;
      if (text.trim()) this.history.add({ text, tags });
      // What was written, attached, quoted or chosen meanwhile is for the next message.
      files.sent(attachments);
      if (this.tool?.id === tool?.id) this.toolIsUsed();
      if (this.quoted === quoted) this.quoted = "";
      field.set(since(field, text));
    },
    async post(message) {
      this.sending = true;
      this.problem = "";
      try {
        const response = await ask(`${this.base}/messages`, this.token, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(message),
        });
        if (response.ok) return true;
        this.problem = (await reason(response)) || `The workbench answered ${response.status}`;
      } catch {
        this.problem = "The workbench itself does not answer: is it still running?";
      } finally {
        this.sending = false;
      }
      return false;
    },

    // --- files ------------------------------------------------------------------------------------------------------
    picked(event) {
      this.$refs.files.attach([...event.target.files]);
      event.target.value = "";
    },
    dropped(event) {
      this.dragging = false;
      this.take(event.dataTransfer.files);
    },
    pasted(event) {
      const { files } = event.clipboardData;
      if (!files.length) return;
      event.preventDefault();
      this.take(files);
    },
    take(files) {
      if (this.locked || !this.$refs.files || !files.length) return;
      if (this.settings.attachments.enabled) this.$refs.files.attach([...files]);
      else this.problem = "The host page takes no files (composer.attachments.enabled)";
    },
    heard(event) {
      const [file] = event.target.files;
      event.target.value = "";
      if (file) this.$refs.dictation.transcribe(file, file.type);
    },
  },
};
