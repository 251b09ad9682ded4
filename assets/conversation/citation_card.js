// The card of a citation: what is known of its source, beside the mark that the pointer or the keyboard is on.
//
// It is made of the source's row in the list under the answer, so nothing is said twice and nothing is asked for.
const LINGER = 180; // ms until it closes, time enough to go from the mark into it
const GAP = 6; // px between mark and card, and from the window's edge

// Watches the citations inside `scroll`; returns a function that ends this.
export function watchCitations(scroll) {
  const card = document.createElement("div");
  card.className = "cite-card";
  card.id = `cite-card-${Math.random().toString(36).slice(2)}`;
  card.setAttribute("role", "tooltip");
  card.dataset.testid = "citation-card";
  card.hidden = true;
  scroll.parentElement.append(card);
  let shown = null; // the mark whose card is open
  let timer = 0;

  const close = () => {
    clearTimeout(timer);
    shown?.firstElementChild?.removeAttribute("aria-describedby");
    shown = null;
    card.hidden = true;
  };
  const closeSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(close, LINGER);
  };
  const open = (mark) => {
    clearTimeout(timer);
    if (mark === shown) return;
    const row = rowOf(mark);
    if (!row) return;
    close();
    shown = mark;
    card.className = `cite-card ${row.className}`;
    card.replaceChildren(...[...row.cloneNode(true).children].filter((child) => !child.matches(".source-number")));
    card.hidden = false;
    mark.firstElementChild?.setAttribute("aria-describedby", card.id);
    place(card, mark);
  };

  const over = ({ target }) => {
    const mark = target.closest?.(".cite");
    if (mark) open(mark);
    else if (card.contains(target)) clearTimeout(timer);
    else if (shown) closeSoon();
  };
  const escape = (event) => {
    if (event.key !== "Escape" || card.hidden) return;
    event.stopPropagation();
    close();
  };
  const out = ({ relatedTarget }) => {
    if (shown && !shown.contains(relatedTarget) && !card.contains(relatedTarget)) closeSoon();
  };
  document.addEventListener("pointerover", over);
  document.addEventListener("keydown", escape, true);
  scroll.addEventListener("focusin", over);
  scroll.addEventListener("focusout", out);
  scroll.addEventListener("scroll", close, { passive: true });
  return () => {
    close();
    document.removeEventListener("pointerover", over);
    document.removeEventListener("keydown", escape, true);
    card.remove();
  };
}

// The row of the mark's source in the list below its text.
function rowOf(mark) {
  const part = mark.closest("[data-part]");
  const slot = part?.parentElement.querySelector(`[data-slot="sources-${part.dataset.part}"]`);
  return slot?.querySelectorAll(".sources > ol > .source")[Number(mark.dataset.source) - 1] ?? null;
}

function place(card, mark) {
  const at = mark.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const left = Math.min(Math.max(at.left - 12, GAP), innerWidth - width - GAP);
  const above = at.top - height - GAP;
  card.style.left = `${left}px`;
  card.style.top = `${above < GAP ? at.bottom + GAP : above}px`;
}
