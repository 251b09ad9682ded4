// What the page does alone when a command is called, by the command's id.
import { copyText } from "clipboard";

const PANES = [".pane-left", ".pane-middle", ".pane-right"];
// Where the focus goes in each of them: the first of these that is there.
const INTO = {
  ".pane-left": [".thread-row[tabindex='0']", "[data-testid=new-thread]"],
  ".pane-middle": ["[data-testid=composer]:not(:disabled)", ".conversation-scroll"],
  ".pane-right": [".in-tab[aria-selected=true]"],
};
const ANY = "button, a[href], input, [tabindex='0']";

const visible = (element) => element?.checkVisibility({ visibilityProperty: true }) ?? false;
const firstVisible = (root, selector) => [...root.querySelectorAll(selector)].find(visible);

// Puts the focus into the pane after the one that has it; false when there is none left in this direction: then the
// key is the browser's, whose own next place is its address bar.
function step(by) {
  const open = PANES.filter((pane) => visible(document.querySelector(pane)));
  const here = open.findIndex((pane) => document.querySelector(pane).contains(document.activeElement));
  const to = here < 0 ? (by > 0 ? 0 : open.length - 1) : here + by;
  const pane = open[to];
  if (!pane) return false;
  const root = document.querySelector(pane);
  const target = [...INTO[pane], ANY].map((selector) => firstVisible(root, selector)).find(Boolean);
  target?.focus();
  return Boolean(target);
}

// Goes to the message before or after the one that has the focus, or that is in the middle of the view.
function message(by) {
  const field = document.activeElement?.closest?.("textarea, input, select, [contenteditable=true]");
  if (field?.value) return false; // the arrow keys are for the text
  const items = [...document.querySelectorAll(".conversation-list > *")].filter((one) => one.offsetHeight);
  if (!items.length) return false;
  const here = items.findIndex((one) => one.contains(document.activeElement));
  let to = here + by;
  if (here < 0) to = by < 0 ? items.length - 1 : items.findIndex((one) => one.getBoundingClientRect().bottom > 80);
  const item = items[Math.max(0, Math.min(items.length - 1, to))];
  item.tabIndex = -1;
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  return true;
}

const focus = (selector) => () => {
  const element = firstVisible(document, selector);
  element?.focus();
  return Boolean(element);
};

async function copy(text, said) {
  try {
    await copyText(text);
    return said;
  } catch {
    return "The browser refused to copy.";
  }
}

// Each returns false when it does nothing, or words to be said.
export const ACTS = {
  "pane.next": () => step(1),
  "pane.before": () => step(-1),
  "message.before": () => message(-1),
  "message.next": () => message(1),
  "message.write": focus("[data-testid=composer]"),
  "message.latest": () => {
    document.querySelector(".conversation-latest")?.click();
    return true;
  },
  "page.copy-link": () => copy(location.href, "The address of this page is copied."),
  "page.reload": () => {
    location.reload();
    return true;
  },
};
