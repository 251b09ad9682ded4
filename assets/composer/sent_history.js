// What was sent in this tab over one connection: ↑ brings it back, as in a terminal.
const KEPT = 50;

export class SentHistory {
  constructor(place) {
    this.key = `workbench.sent.${place}`;
    this.at = null; // index of what is in the field, null while the draft is
    this.draft = null;
  }

  all() {
    return kept(this.key, []);
  }

  add(message) {
    const all = this.all().filter((one) => one.text !== message.text);
    sessionStorage.setItem(this.key, JSON.stringify([...all, message].slice(-KEPT)));
    this.leave();
  }

  // What was sent before (-1) or after (1) what is in the field; null when there is none.
  step(by, now) {
    const all = this.all();
    const to = (this.at ?? all.length) + by;
    if (to < 0 || to > all.length || (this.at === null && by > 0)) return null;
    if (this.at === null) this.draft = now;
    if (to === all.length) {
      const { draft } = this;
      this.leave();
      return draft;
    }
    this.at = to;
    return all[to];
  }

  // Something was typed: what is in the field is a draft now.
  leave() {
    this.at = null;
    this.draft = null;
  }
}

// JSON of this tab's own store; `otherwise` when there is none.
export function kept(key, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}
