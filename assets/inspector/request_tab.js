// The request of one exchange, as it was sent.
import { CopyButton } from "copy_button";
import { HeaderTable } from "header_table";
import { JsonTree } from "json_tree";
import { bytes } from "numbers";
import { pretty } from "texts";

export const RequestTab = {
  components: { CopyButton, HeaderTable, JsonTree },
  template: `
<div class="in-page" tabindex="0" role="tabpanel" aria-label="Request" data-testid="request">
  <template v-if="doc">
    <p class="in-line"><b>{{ doc.method }}</b> <span class="url">{{ doc.url }}</span></p>
    <p class="in-actions"><copy-button :text="doc.curl" words="Copy as curl" data-testid="copy-curl"></copy-button>
      <button type="button" class="in-button" data-testid="send-again" title="In the editor of raw requests"
        @click="$emit('again')"><i v-html="icons['square-pen']"></i>Edit and send again</button></p>
    <header-table :headers="doc.headers"></header-table>
    <h3>Body <small>{{ bytes(doc.bytes) }}</small><copy-button name="Copy the body" :text="pretty(doc.body)"
      ></copy-button></h3>
    <json-tree v-if="doc.body" :text="doc.body" :depth="6"></json-tree>
    <p v-else class="in-none">{{ doc.bytes ? 'The bytes of an upload are not kept.' : 'No body.' }}</p>
  </template>
</div>`,
  props: { doc: Object },
  emits: ["again"],
  inject: ["icons"],
  methods: { bytes, pretty },
};
