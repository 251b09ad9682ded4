// The headers of a request or a response, with a button that copies them.
import { CopyButton } from "copy_button";
import { headerLines } from "texts";

export const HeaderTable = {
  components: { CopyButton },
  template: `
<h3>Headers <copy-button name="Copy the headers" :text="headerLines(headers)"></copy-button></h3>
<table v-if="headers.length" class="in-table"
  ><tr v-for="(pair, i) in headers" :key="i"><th>{{ pair[0] }}</th><td>{{ pair[1] }}</td></tr></table>
<p v-else class="in-none">None came.</p>`,
  props: { headers: Array },
  methods: { headerLines },
};
