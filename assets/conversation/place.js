// Where the reader is: at the end, which is followed while it grows, or further up, where nothing may move.
const NEAR_END = 48; // px from the end that still count as "at the end"
const LOAD_AHEAD = 1500; // px above the screen at which older entries are fetched

export class Place {
  // `latest` is the button that leads back to the end; `nearTop` is called when older entries will be seen soon;
  // `stays` says whether what grows now is not to be followed, though the reader is at the end.
  constructor(scroll, column, latest, nearTop, stays = () => false) {
    this.scroll = scroll;
    this.stays = stays;
    this.latest = latest;
    this.nearTop = nearTop;
    this.following = true;
    this.lastTop = 0;
    this.sizes = new ResizeObserver(() => this.keepUp());
    this.sizes.observe(column);
    this.sizes.observe(scroll);
    scroll.addEventListener("scroll", () => this.scrolled(), { passive: true });
    scroll.addEventListener("wheel", (event) => event.deltaY < 0 && this.letGo(), { passive: true });
    scroll.addEventListener("touchmove", () => this.letGo(), { passive: true });
    scroll.addEventListener("keydown", (event) => {
      if (event.target === scroll && ["PageUp", "ArrowUp", "Home"].includes(event.key)) this.letGo();
    });
  }

  end() {
    this.sizes.disconnect();
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.lastTop = this.scroll.scrollTop;
  }

  keepUp(stays = this.stays()) {
    if (!this.following) return;
    if (!stays) this.toEnd();
    else if (this.gap > NEAR_END) this.follow(false);
  }

  get gap() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    return scrollHeight - scrollTop - clientHeight;
  }

  toLatest() {
    this.follow(true);
    this.toEnd();
  }

  letGo() {
    if (this.scroll.scrollHeight > this.scroll.clientHeight + 1) this.follow(false);
  }

  follow(following) {
    this.following = following;
    this.latest.hidden = following;
  }

  scrolled() {
    const { scroll } = this;
    const top = scroll.scrollTop;
    const gap = scroll.scrollHeight - top - scroll.clientHeight;
    if (gap <= NEAR_END) {
      if (!this.following && top >= this.lastTop) this.follow(true);
    } else if (top < this.lastTop - 1) {
      this.follow(false);
    }
    this.lastTop = top;
    if (top < LOAD_AHEAD && !this.following) this.nearTop();
  }

  // The reader waits for older entries already, or cannot scroll to where they are.
  get wantsOlder() {
    const { scroll } = this;
    return this.following ? scroll.scrollHeight <= scroll.clientHeight : this.lastTop < LOAD_AHEAD;
  }

  // Makes a change above `anchor`, which stays where the reader sees it.
  hold(anchor, change) {
    const { scroll } = this;
    scroll.style.overflowAnchor = "none"; // the browser's own anchoring would correct a second time
    const was = anchor ? anchor.getBoundingClientRect().top : 0;
    change();
    if (anchor) scroll.scrollTop += anchor.getBoundingClientRect().top - was;
    this.lastTop = scroll.scrollTop;
    requestAnimationFrame(() => (scroll.style.overflowAnchor = ""));
  }
}
