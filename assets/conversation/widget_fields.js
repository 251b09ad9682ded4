// The fields of widgets that open something or can be emptied: date pickers, selects with a list of our own.
import { calendar } from "calendar";
import { dayOf, isoDay, shownDay } from "dates";
import { placeBeside } from "floating";
import { optionList } from "option_list";

const OPENS = ["Enter", " ", "ArrowDown", "ArrowUp"];

// Serves the fields inside `column`; returns a function that ends this.
export function serveFields(column, host) {
  const open = document.createElement("div");
  open.className = "field-popover";
  open.popover = "auto";
  open.dataset.testid = "field-popover";
  host.append(open);
  let owner = null; // the control that it was opened from
  // the widget was drawn anew, without the control that this belongs to
  const gone = new MutationObserver(() => owner?.isConnected || open.hidePopover());

  const show = (control, made, { side, align, role, label, wide = false }) => {
    owner = control;
    open.replaceChildren(made.root);
    open.setAttribute("role", role);
    open.setAttribute("aria-label", label);
    open.style.minWidth = wide ? `${control.getBoundingClientRect().width}px` : "";
    open.showPopover();
    placeBeside(open, control, side, align);
    made.focus();
    gone.observe(column, { childList: true, subtree: true });
  };
  const close = () => {
    open.hidePopover();
    owner?.focus({ preventScroll: true });
  };
  const closed = ({ newState }) => {
    if (newState !== "closed") return;
    if (open.contains(document.activeElement)) owner?.focus({ preventScroll: true });
    open.replaceChildren();
    gone.disconnect();
  };
  // a search field would only be emptied
  const escaped = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  const set = (field, value) => {
    if (field.value === value) return;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const openCalendar = (button) => {
    const field = button.parentElement.querySelector("[data-date]");
    const chosen = dayOf(field.value);
    const made = calendar({
      chosen,
      day: chosen ?? new Date(new Date().setHours(0, 0, 0, 0)),
      least: dayOf(button.dataset.min),
      most: dayOf(button.dataset.max),
      choose: (day) => {
        close();
        set(field, isoDay(day));
      },
    });
    show(button, made, { ...button.dataset, role: "dialog", label: "Choose a date" });
  };
  const openList = (select) => {
    const searched = select.dataset.list === "search";
    const made = optionList(select, {
      searched,
      choose: (value) => {
        close();
        set(select, value);
      },
    });
    show(select, made, { side: "bottom", align: "start", role: "group", label: "Options", wide: true });
  };

  const clicked = ({ target }) => {
    const button = target.closest("[data-calendar], [data-clear]");
    if (!button || button.disabled) return;
    if ("calendar" in button.dataset) {
      openCalendar(button);
      return;
    }
    const field = button.parentElement.querySelector("[data-date], select");
    set(field, "");
    button.parentElement.querySelector("[data-calendar], select").focus();
  };
  const pressed = (event) => {
    const select = event.target.closest?.("select[data-list]");
    if (!select || select.disabled) return;
    if (event.type === "keydown" && !OPENS.includes(event.key)) return;
    event.preventDefault(); // the browser's own list
    if (event.type !== "mousedown") openList(select); // what is opened before the click ends is closed by it
  };
  const changed = ({ target }) => {
    if (target.matches?.("[data-date]")) showDate(target);
  };
  const focused = ({ target }) => {
    if (target.matches?.("[data-auto-select]")) target.select?.();
  };
  column.addEventListener("click", clicked);
  column.addEventListener("click", pressed);
  column.addEventListener("mousedown", pressed);
  column.addEventListener("keydown", pressed);
  column.addEventListener("input", changed);
  column.addEventListener("focusin", focused);
  open.addEventListener("toggle", closed);
  open.addEventListener("keydown", escaped);
  return () => open.remove();
}

// What the button of a date field says, after its value has changed.
export function showDate(field) {
  const day = dayOf(field.value);
  const holder = field.parentElement;
  const button = holder.querySelector("[data-calendar]");
  const shown = day ? shownDay(day) : button.dataset.placeholder;
  holder.querySelector(".w-date-shown").textContent = shown;
  button.setAttribute("aria-label", `${field.name || "Date"}: ${shown}`);
  if (day) delete holder.dataset.empty;
  else holder.dataset.empty = "true";
}

// The focus for a field that asks for it, once, when it has come; not while somebody writes elsewhere.
export class AutoFocus {
  constructor(root) {
    this.root = root;
    this.seen = new Set();
  }

  // `article` is what has come, or has been loaded (not `live`), which takes no focus.
  look(article, live = true) {
    for (const field of article?.querySelectorAll("[data-auto-focus]") ?? []) {
      const known = `${article.dataset.key}\n${field.name}`;
      if (this.seen.has(known)) continue;
      this.seen.add(known);
      if (live && !field.disabled && this.idle()) field.focus({ preventScroll: true });
    }
  }

  idle() {
    const active = document.activeElement;
    if (!active || active === document.body) return true;
    return active.localName === "textarea" ? active.value === "" : this.root.contains(active);
  }
}
