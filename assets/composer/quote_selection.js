// A button beside what the reader selects in the conversation: quotes it in the next message.
const MOST = 2000; // characters of a quote

export class QuoteSelection {
  // `quote` takes the text.
  constructor(icon, quote) {
    this.button = document.createElement("button");
    Object.assign(this.button, { type: "button", className: "quote-selection", innerHTML: icon, hidden: true });
    this.button.append("Quote");
    this.button.dataset.testid = "quote-selection";
    this.button.title = "Quote this in your next message";
    document.body.append(this.button);
    this.button.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
    this.button.addEventListener("click", () => {
      quote(this.text);
      document.getSelection()?.removeAllRanges();
      this.button.hidden = true;
    });
    this.look = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.show(), 80);
    };
    this.hide = () => (this.button.hidden = true);
    document.addEventListener("selectionchange", this.look);
    document.addEventListener("scroll", this.hide, { capture: true, passive: true });
  }

  end() {
    clearTimeout(this.timer);
    document.removeEventListener("selectionchange", this.look);
    document.removeEventListener("scroll", this.hide, { capture: true });
    this.button.remove();
  }

  show() {
    const selection = document.getSelection();
    const text = selection?.toString().trim() ?? "";
    const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
    const around = range?.commonAncestorContainer;
    const element = around instanceof Element ? around : around?.parentElement;
    this.button.hidden = !text || selection.isCollapsed || !element?.closest(".conversation-list");
    if (this.button.hidden) return;
    this.text = text.length > MOST ? `${text.slice(0, MOST)}…` : text;
    const box = range.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.button;
    const above = box.top - height - 6;
    this.button.style.left = `${Math.max(8, Math.min(innerWidth - width - 8, box.left + box.width / 2 - width / 2))}px`;
    this.button.style.top = `${above < 56 ? Math.min(innerHeight - height - 8, box.bottom + 6) : above}px`;
  }
}
