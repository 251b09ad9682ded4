// The options of a select as a list of our own: with a search above it, and a second line for what an option says.
let lists = 0;

// An element with the options of `select`; `searched`: with a search field; `choose` gets the value that is taken.
export function optionList(select, { searched, choose }) {
  const root = document.createElement("div");
  const list = document.createElement("div");
  const search = document.createElement("input");
  root.className = "option-list";
  list.id = `option-list-${(lists += 1)}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", select.getAttribute("aria-label") || "Options");
  list.tabIndex = searched ? -1 : 0;
  const none = document.createElement("p");
  none.textContent = "Nothing found";
  none.hidden = true;
  const rows = [...select.options].filter((option) => option.value !== "").map(line);
  list.append(...rows);
  let at = Math.max(0, rows.findIndex((row) => row.dataset.value === select.value));
  if (searched) {
    search.type = "search";
    search.className = "control";
    search.placeholder = "Search";
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-label": "Search the options",
      "aria-expanded": "true",
      "aria-controls": list.id,
      autocomplete: "off",
    }))
      search.setAttribute(name, value);
    search.addEventListener("input", filter);
    root.append(search);
  }
  root.append(list, none);
  root.addEventListener("keydown", keyed);
  list.addEventListener("click", (event) => take(event.target.closest("[role=option]")));
  const holder = searched ? search : list;
  mark();
  return {
    root,
    focus: () => {
      holder.focus();
      mark();
    },
  };

  function line(option) {
    const element = document.createElement("div");
    element.setAttribute("role", "option");
    element.id = `${list.id}-${option.index}`;
    element.dataset.value = option.value;
    element.setAttribute("aria-selected", String(option.value === select.value));
    if (option.disabled) element.setAttribute("aria-disabled", "true");
    const label = document.createElement("span");
    label.textContent = option.textContent;
    element.append(label);
    if (option.dataset.description) {
      const says = document.createElement("small");
      says.textContent = option.dataset.description;
      element.append(says);
    }
    return element;
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    none.hidden = rows.some((row) => !row.hidden);
    at = rows.findIndex((row) => !row.hidden);
    mark();
  }

  function mark() {
    rows.forEach((row, number) => row.classList.toggle("is-at", number === at));
    const row = rows[at];
    if (row) holder.setAttribute("aria-activedescendant", row.id);
    else holder.removeAttribute("aria-activedescendant");
    row?.scrollIntoView?.({ block: "nearest" });
  }

  function keyed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      take(rows[at]);
    } else if (step) {
      event.preventDefault();
      let next = at + step;
      while (rows[next]?.hidden) next += step;
      if (rows[next]) at = next;
      mark();
    }
  }

  function take(row) {
    if (row && row.getAttribute("aria-disabled") !== "true") choose(row.dataset.value);
  }
}
