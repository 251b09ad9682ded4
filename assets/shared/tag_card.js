// What stands behind a tag: its name, group, id and data, and the widget with which the host page previews it.
import { ask } from "requests";

const PAUSE = 250; // ms that a pointer rests on a tag before its card comes

export class TagCard {
  // `conversation` and `token` find the host page that is asked.
  constructor(conversation, token) {
    Object.assign(this, { conversation, token, asked: 0 });
    this.element = document.createElement("div");
    this.element.className = "tag-card";
    this.element.dataset.testid = "tag-card";
    this.element.setAttribute("role", "dialog");
    this.element.hidden = true;
    document.body.append(this.element);
    this.outside = ({ target }) => !this.element.contains(target) && this.hide();
    this.escape = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.hide();
    };
    this.element.addEventListener("pointerenter", () => clearTimeout(this.going));
    this.element.addEventListener("pointerleave", () => this.leave());
  }

  end() {
    this.hide();
    this.element.remove();
  }

  // The pointer is over a tag that stands in `box`.
  rest(entity, box) {
    clearTimeout(this.going);
    clearTimeout(this.coming);
    this.coming = setTimeout(() => this.show(entity, box), PAUSE);
  }

  leave() {
    clearTimeout(this.coming);
    clearTimeout(this.going);
    this.going = setTimeout(() => this.hide(), PAUSE);
  }

  hide() {
    clearTimeout(this.coming);
    clearTimeout(this.going);
    this.asked++;
    this.element.hidden = true;
    document.removeEventListener("pointerdown", this.outside, true);
    document.removeEventListener("keydown", this.escape, true);
  }

  async show(entity, box) {
    clearTimeout(this.coming);
    clearTimeout(this.going);
    const number = ++this.asked;
    this.element.replaceChildren(...facts(entity));
    this.element.setAttribute("aria-label", entity.title);
    this.element.hidden = false;
    this.place(box);
    document.addEventListener("pointerdown", this.outside, true);
    document.addEventListener("keydown", this.escape, true);
    if (!this.conversation) return;
    const line = paragraph("Asking for a preview…", "tag-card-words");
    this.element.append(line);
    const { html, failure } = await this.preview(entity);
    if (number !== this.asked) return;
    line.remove();
    if (failure) this.element.append(paragraph(failure, "tag-card-failure"));
    if (html) {
      const widget = document.createElement("div");
      widget.className = "widget";
      widget.innerHTML = html;
      this.element.prepend(widget);
    }
    this.place(box);
  }

  async preview(entity) {
    try {
      const response = await ask(`conversations/${this.conversation}/entities/preview`, this.token, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(entity),
      });
      return response.ok ? await response.json() : {}; // what is only shown has no host page
    } catch {
      return {};
    }
  }

  place(box) {
    const { offsetWidth: width, offsetHeight: height, style } = this.element;
    const above = box.top - height - 8 >= 8;
    style.left = `${Math.max(8, Math.min(innerWidth - width - 8, box.left))}px`;
    style.top = above ? "auto" : `${Math.max(8, Math.min(innerHeight - height - 8, box.bottom + 8))}px`;
    style.bottom = above ? `${innerHeight - box.top + 8}px` : "auto"; // what comes later makes it grow upwards
  }
}

// The tags of sent messages inside `column`; returns a function that ends this.
export function watchTags(column, conversation, token) {
  const card = new TagCard(conversation, token);
  const tagOf = ({ target }) => target.closest?.("[data-tag]");
  const entity = (tag) => JSON.parse(tag.dataset.tag);
  column.addEventListener("pointerover", (event) => {
    const tag = tagOf(event);
    if (tag && event.pointerType === "mouse") card.rest(entity(tag), tag.getBoundingClientRect());
  });
  column.addEventListener("pointerout", (event) => tagOf(event) && card.leave());
  column.addEventListener("click", (event) => {
    const tag = tagOf(event);
    if (tag) card.show(entity(tag), tag.getBoundingClientRect());
  });
  return () => card.end();
}

function facts({ title, group, id, data }) {
  const head = document.createElement("b");
  head.textContent = title;
  const list = document.createElement("dl");
  const all = { group, id, ...data };
  for (const [name, value] of Object.entries(all)) {
    if (value === "" || value === undefined || value === null) continue;
    const term = document.createElement("dt");
    term.textContent = name;
    const words = document.createElement("dd");
    words.textContent = typeof value === "string" ? value : JSON.stringify(value);
    list.append(term, words);
  }
  return [head, list];
}

function paragraph(words, kind) {
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = words;
  return line;
}
