// The growing text of one part: finished chunks, and a tail that still changes.
import { skippable } from "skippable";

const CHUNK = 8000; // characters of finished HTML per block which the browser may skip while it is off screen
const BUNDLE = 12; // chunks which it skips together: what it watches one by one costs a little in every frame

const TAG = /<(\/?)([a-zA-Z][\w-]*)(?:"[^"]*"|'[^']*'|[^"'>])*>/g;
const VOID = new Set(["br", "hr", "img", "input", "wbr", "col"]);

export class GrowingText {
  constructor(holder, frozen, tail) {
    this.chunks = document.createElement("div");
    this.tail = document.createElement("div");
    this.chunks.className = "md-chunks";
    this.tail.className = "md-tail";
    holder.replaceChildren(this.chunks, this.tail);
    this.restart();
    this.patch(0, frozen + tail, frozen.length);
  }

  restart() {
    this.chunks.replaceChildren();
    this.chunk = null;
    this.html = "";
    this.fill = CHUNK;
  }

  patch(keep, add, freeze) {
    if (keep < 0) this.restart();
    const dropped = this.html.slice(Math.max(keep, 0));
    let html = this.html.slice(0, Math.max(keep, 0)) + add;
    if (!freeze && this.html && this.extend(dropped, add)) {
      this.html = html;
      return;
    }
    if (freeze > 0) {
      this.freeze(html.slice(0, freeze));
      html = html.slice(freeze);
    }
    this.html = html;
    this.tail.innerHTML = html;
  }

  // The first block of code that waits for its colours gets those of a hundred lines; `done`: it waits no more.
  colour(chunk, html, done) {
    const mark = this.chunks.querySelector(".code > .uncoloured");
    if (!mark) return;
    const code = mark.previousElementSibling.firstElementChild;
    const lines = code.querySelectorAll(":scope > .lines");
    if (chunk) lines[chunk - 1].innerHTML = html;
    else {
      while (code.firstChild && code.firstChild !== lines[0]) code.firstChild.remove();
      code.insertAdjacentHTML("afterbegin", html);
    }
    if (done) mark.remove();
  }

  // Mostly a patch changes the last words and what follows, in front of the closing tags: then only that is done, and
  // what stands (a long table, a selection) stays. False: nothing was done, the tail must be made anew.
  extend(dropped, add) {
    const [, words, closing] = /^([^<&]*)((?:<\/[a-z][\w-]*>\s*)*)$/i.exec(dropped) ?? [];
    if (closing === undefined || !add.endsWith(closing)) return false;
    let node = this.tail;
    for (const [, , name] of [...closing.matchAll(TAG)].reverse()) {
      node = node.lastElementChild;
      if (node?.localName !== name.toLowerCase() || node.namespaceURI !== this.tail.namespaceURI) return false;
    }
    const last = node.lastChild;
    if (words && !(last?.nodeType === Node.TEXT_NODE && last.data.endsWith(words))) return false;
    // cut what is new where it closes an element that was open before
    const news = add.slice(0, add.length - closing.length);
    const parts = [];
    let depth = 0;
    let from = 0;
    for (const tag of news.matchAll(TAG)) {
      const name = tag[2].toLowerCase();
      if (VOID.has(name)) continue;
      if (!tag[1]) depth += 1;
      else if (depth > 0) depth -= 1;
      else {
        if (node === this.tail || node.localName !== name) return false;
        parts.push([node, news.slice(from, tag.index)]);
        node = node.parentElement;
        from = tag.index + tag[0].length;
      }
    }
    parts.push([node, news.slice(from)]);
    if (words) last.deleteData(last.length - words.length, words.length);
    for (const [at, html] of parts) {
      if (!html) continue;
      if (html.includes("<") || html.includes("&")) at.insertAdjacentHTML("beforeend", html);
      else if (at.lastChild?.nodeType === Node.TEXT_NODE) at.lastChild.appendData(html);
      else at.append(html);
    }
    return true;
  }

  freeze(html) {
    if (html.length <= CHUNK) {
      if (this.fill >= CHUNK) this.nextChunk();
      this.chunk.insertAdjacentHTML("beforeend", html);
      this.fill += html.length;
      return;
    }
    // a whole answer at once: block by block
    const template = document.createElement("template");
    template.innerHTML = html;
    for (const node of [...template.content.childNodes]) {
      if (this.fill >= CHUNK) this.nextChunk();
      this.fill += node.outerHTML?.length ?? node.length;
      this.chunk.append(node);
    }
  }

  nextChunk() {
    let bundle = this.chunks.lastElementChild;
    if (this.chunk) skippable([this.chunk]);
    if (!bundle || bundle.childElementCount === BUNDLE) {
      if (bundle) skippable([bundle]);
      bundle = document.createElement("div");
      bundle.className = "md-bundle";
      this.chunks.append(bundle);
    }
    this.chunk = document.createElement("div");
    this.chunk.className = "md-chunk";
    bundle.append(this.chunk);
    this.fill = 0;
  }

  finish() {
    if (this.html || !this.chunk) return;
    this.chunk.classList.add("is-last");
    if (this.chunks.isConnected) skippable([...this.chunks.querySelectorAll(".md-chunk, .md-bundle")]);
  }
}
