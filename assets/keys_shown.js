// Keys as they are called on this computer.
import { named } from "shortcuts";

export default {
  template: `<span class="keys"><span v-for="(one, i) in keys.split(' ')" :key="i" class="chord"
    ><kbd v-for="(key, j) in named(one)" :key="j">{{ key }}</kbd></span></span>`,
  props: { keys: String },
  methods: { named },
};
