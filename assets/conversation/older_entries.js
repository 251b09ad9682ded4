// What is above the oldest entry of the page: older ones, which are fetched on scrolling up, and a line that says so to
// the reader who scrolls faster than they come.
const AGAIN = 3000; // ms after a failure until they may be asked for again
const LINES = {
  "": "",
  fetching: "Older messages",
  loading: "Older messages are still being loaded",
  missing: "Older messages could not be loaded",
};

export class OlderEntries {
  // `load(key)` answers with the page of entries before that one, which `take` gets; `fail` is told why there is none.
  constructor(line, list, { load, take, fail }) {
    this.line = line;
    this.list = list;
    this.load = load;
    this.take = take;
    this.fail = fail;
    this.more = false; // the server has older ones
    this.edge = ""; // what is above its first: "" nothing, "loading", or "missing"
    this.loading = false;
  }

  show() {
    const state = this.more ? "fetching" : this.edge;
    if (this.line.dataset.state === state) return;
    this.line.dataset.state = state;
    this.line.hidden = !state;
    this.line.innerHTML = state && state !== "missing" ? '<span class="spinner"></span>' : "";
    this.line.append(LINES[state]);
  }

  // True: something was asked for, and has come or failed.
  async fetch() {
    const before = this.list.firstElementChild?.dataset.key;
    if (!this.more || this.loading || before === undefined) return false;
    this.loading = true;
    try {
      const page = await this.load(before);
      if (this.list.firstElementChild?.dataset.key === before) this.take(page);
    } catch (error) {
      this.fail(`Older messages could not be loaded: ${error.message}`);
      this.more = false;
      setTimeout(() => (this.more = true), AGAIN);
    } finally {
      this.loading = false;
    }
    return true;
  }
}
