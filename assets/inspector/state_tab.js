// The thread, as its events have built it.
import { CopyButton } from "copy_button";
import { JsonTree } from "json_tree";
import { pretty } from "texts";

export const StateTab = {
  components: { CopyButton, JsonTree },
  template: `
<div class="in-page" tabindex="0" role="tabpanel" aria-label="State" data-testid="state">
  <template v-if="doc">
    <h3>Thread, as its events have built it <copy-button v-if="doc.state" name="Copy the state"
      :text="pretty(doc.state)"></copy-button></h3>
    <json-tree v-if="doc.state" :text="doc.state" :depth="2"></json-tree>
    <p v-else class="in-none">There is no thread yet.</p>
  </template>
</div>`,
  props: { doc: Object },
  methods: { pretty },
};
