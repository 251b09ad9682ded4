// The response of one exchange: what it was, its headers, and its body as it came.
import { CopyButton } from "copy_button";
import { tone } from "exchange_words";
import { HeaderTable } from "header_table";
import { JsonTree } from "json_tree";
import { bytes, counted } from "numbers";
import { RawText } from "raw_text";

export const ResponseTab = {
  components: { CopyButton, HeaderTable, JsonTree, RawText },
  template: `
<div class="in-page" tabindex="0" role="tabpanel" aria-label="Response" data-testid="response">
  <template v-if="doc">
    <p class="in-line"><b class="in-status" :class="tone(exchange)"
      >{{ doc.status ?? 'No answer' }}</b> {{ doc.reason }}</p>
    <p class="in-words" :class="tone(exchange)">{{ [doc.words, doc.failure].filter(Boolean).join(' ') }}</p>
    <dl class="in-facts"><div><dt>Content type</dt><dd>{{ doc.content_type || 'none' }}</dd></div>
      <div><dt>Body</dt><dd>{{ bytes(doc.bytes) }} in {{ counted(doc.chunks, 'chunk') }}</dd></div></dl>
    <header-table :headers="doc.headers"></header-table>
    <h3>Body <small>as it came</small>
      <span v-if="isJson" class="in-seg" role="group" aria-label="Form">
        <button type="button" :aria-pressed="!raw" @click="$emit('update:raw', false)">JSON</button>
        <button type="button" :aria-pressed="raw" @click="$emit('update:raw', true)">Raw</button></span>
      <copy-button v-if="body.text" name="Copy the body" :text="whole"></copy-button></h3>
    <json-tree v-if="isJson && !raw" :text="body.text"></json-tree>
    <raw-text v-else-if="body.text" :text="body.text" data-testid="response-body"></raw-text>
    <p v-else class="in-none">{{ doc.running ? 'Nothing yet.' : 'Empty.' }}</p>
    <p v-if="body.next !== null" class="in-actions"><button type="button" class="in-button" data-testid="more-body"
      @click="$emit('more')">
      Show more <small>{{ bytes(body.total - body.next) }} left</small></button></p>
  </template>
</div>`,
  props: {
    exchange: Object,
    doc: Object,
    body: Object, // as far as it is here: {text, next, total}
    whole: Function, // → all of its text, or null when that cannot be had
    raw: Boolean,
  },
  emits: ["update:raw", "more"],
  computed: {
    isJson() {
      const { doc, body } = this;
      return /json/i.test(doc.content_type ?? "") && body.next === null && !doc.running && body.text !== "";
    },
  },
  methods: { bytes, counted, tone },
};
