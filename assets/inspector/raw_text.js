// Text as it came. A long one is laid out piece by piece, as far as it is in view: as one, 4 MB hold the browser up for
// a minute.
import { inPieces } from "texts";

export const RawText = {
  template: `<pre class="raw"><span v-for="(piece, i) in pieces" :key="i"
    :class="{ 'raw-piece': pieces.length > 1 }">{{ piece }}</span></pre>`,
  props: { text: String },
  computed: {
    pieces() {
      return inPieces(this.text);
    },
  },
};
