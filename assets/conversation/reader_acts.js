// What the reader does inside entries: whatever has a `data-action`, the forms, and the copy buttons.
import { copyText } from "clipboard";
import { checkPatterns, formValues, typedIn } from "forms";

const BUSY = ["widget-action", "tool-output", "structured-input", "retry", "resend"]; // wait for the backend

export class ReaderActs {
  // `act(key, action, form)` hears what goes to the server, `text(key)` answers with an entry's source or null,
  // `unfolded` is told when a message has been folded or unfolded, `running` says whether an answer streams.
  constructor(column, { act, text, unfolded, running, toast }) {
    Object.assign(this, { tell: act, text, unfolded, running, toast });
    column.addEventListener("click", (event) => this.clicked(event));
    column.addEventListener("submit", (event) => this.submitted(event));
    column.addEventListener("input", ({ target }) => typedIn(target));
    column.addEventListener("change", ({ target }) => {
      const action = target.dataset.onChange; // a widget's field that acts when its value changes
      if (action) this.act(target, target.closest("form") || target.parentElement, action);
    });
    column.addEventListener("keydown", (event) => {
      if (event.target.getAttribute("role") !== "button" || !["Enter", " "].includes(event.key)) return;
      event.preventDefault();
      event.target.click();
    });
  }

  submitted(event) {
    const form = event.target.closest("form");
    if (!form) return;
    event.preventDefault();
    // Enter in a field: the button that would be pressed, else the form's own action
    const pressed = event.submitter?.closest("[data-action]") || form.querySelector("button[type=submit][data-action]");
    this.act(pressed || form, form);
  }

  clicked(event) {
    const submits = event.target.closest("button[type=submit]")?.form;
    if (submits) checkPatterns(submits);
    const at = event.target.closest("[data-action]");
    if (!at || at.tagName === "FORM" || at.disabled || at.getAttribute("aria-disabled") === "true") return;
    const form = at.closest("form");
    if (form && at.type === "submit") return; // the submit event follows, after the browser's validation
    if (at.tagName === "A" && !("follows" in at.dataset)) event.preventDefault();
    if (form && at.tagName === "BUTTON" && "validate" in at.dataset && !form.reportValidity()) return;
    this.act(at, form);
  }

  act(at, form, json = at.dataset.action) {
    const action = parsed(json);
    if (!action) return;
    const key = at.closest(".entry")?.dataset.key ?? null;
    if (action.do === "unfold") this.unfold(at);
    else if (action.do === "copy-code") this.copyCode(at);
    else if (action.do === "copy") this.copied(at, this.text(key));
    else if (action.do === "widget-action" && this.isBlocked(action)) this.toast("Wait until the answer is complete");
    else {
      this.showBusy(at, action);
      this.tell(key, action, form ? formValues(form) : {});
    }
  }

  // A long message of one's own, shown whole or folded again; what is being read stays where it is.
  unfold(at) {
    const open = at.parentElement.classList.toggle("is-unfolded");
    at.setAttribute("aria-expanded", String(open));
    at.textContent = open ? "Show less" : "Show all";
    this.unfolded(open ? null : at.closest(".entry"));
  }

  isBlocked({ action }) {
    return this.running() && action?.streaming !== false && action?.handler !== "client";
  }

  showBusy(at, { do: name, action }) {
    if (!BUSY.includes(name) || action?.handler === "client") return;
    const how = action?.loadingBehavior || "auto";
    if (how === "none" || (how === "auto" && at.tagName === "SELECT")) return;
    (how === "container" ? at.closest(".widget, form") || at : at).classList.add("is-busy");
  }

  copyCode(at) {
    let block = at.parentElement;
    while (block && !block.querySelector("pre")) block = block.parentElement;
    if (block) this.copied(at, block.querySelector("pre").textContent);
  }

  async copied(at, text) {
    try {
      await copyText((await text) ?? at.closest(".entry").querySelector(".entry-body").innerText);
    } catch (error) {
      this.toast(`Could not copy: ${error.message}`);
      return;
    }
    if (at.classList.contains("is-copied")) return; // it says so still
    const label = at.getAttribute("aria-label");
    const words = at.firstElementChild ? null : at.textContent;
    at.classList.add("is-copied");
    if (words) at.textContent = "Copied";
    else at.setAttribute("aria-label", "Copied");
    setTimeout(() => {
      at.classList.remove("is-copied");
      if (words) at.textContent = words;
      else if (label) at.setAttribute("aria-label", label);
    }, 1600);
  }
}

function parsed(json) {
  try {
    return json ? JSON.parse(json) : null;
  } catch {
    return null;
  }
}
