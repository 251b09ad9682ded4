// A month of days to choose from: arrow keys go by days and weeks, Page Up and Down by months.
import { isoDay, shownDay } from "dates";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

// An element that shows the month of `day`; `least` and `most` are days or null; `choose` gets the day that is taken.
export function calendar({ chosen, day, least, most, choose }) {
  const root = document.createElement("div");
  root.className = "calendar";
  let at = within(day, least, most);

  const head = document.createElement("div");
  head.className = "calendar-head";
  const title = document.createElement("strong");
  title.setAttribute("aria-live", "polite");
  head.append(turn("‹", "Previous month", -1), title, turn("›", "Next month", 1));
  const grid = document.createElement("div");
  grid.className = "calendar-grid";
  grid.setAttribute("role", "grid");
  grid.addEventListener("keydown", keyed);
  root.append(head, grid);
  draw();
  return { root, focus: () => grid.querySelector("[tabindex='0']")?.focus() };

  function turn(sign, label, months) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon-btn";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.textContent = sign;
    button.addEventListener("click", () => {
      at = within(monthsOn(at, months), least, most);
      draw();
    });
    return button;
  }

  function draw() {
    title.textContent = at.toLocaleDateString("en-GB", { month: "long", year: "numeric" });
    grid.setAttribute("aria-label", title.textContent);
    const first = new Date(at.getFullYear(), at.getMonth(), 1);
    const before = (first.getDay() + 6) % 7; // the week begins with Monday
    const names = row(["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].map(heading));
    const weeks = [];
    for (let week = 0; week < 6; week += 1) {
      const begin = new Date(first.getFullYear(), first.getMonth(), 1 - before + week * 7);
      if (week && begin.getMonth() !== first.getMonth()) break;
      weeks.push(row(Array.from({ length: 7 }, (_, i) => cell(daysOn(begin, i), first.getMonth()))));
    }
    grid.replaceChildren(names, ...weeks);
  }

  function heading(name) {
    const element = document.createElement("span");
    element.setAttribute("role", "columnheader");
    element.textContent = name;
    return element;
  }

  function cell(date, month) {
    const holder = document.createElement("span");
    holder.setAttribute("role", "gridcell");
    if (date.getMonth() !== month) return holder;
    const button = document.createElement("button");
    const taken = Boolean(chosen) && isoDay(chosen) === isoDay(date);
    button.type = "button";
    button.textContent = date.getDate();
    button.dataset.day = isoDay(date);
    button.tabIndex = isoDay(date) === isoDay(at) ? 0 : -1;
    button.disabled = isoDay(within(date, least, most)) !== isoDay(date);
    button.setAttribute("aria-label", shownDay(date));
    holder.setAttribute("aria-selected", String(taken));
    if (isoDay(date) === isoDay(new Date())) button.setAttribute("aria-current", "date");
    button.addEventListener("click", () => choose(date));
    holder.append(button);
    return holder;
  }

  function keyed(event) {
    let to = null;
    if (event.key in STEPS) to = daysOn(at, STEPS[event.key]);
    else if (event.key === "PageUp" || event.key === "PageDown") to = monthsOn(at, event.key === "PageUp" ? -1 : 1);
    else if (event.key === "Home") to = daysOn(at, -((at.getDay() + 6) % 7));
    else if (event.key === "End") to = daysOn(at, 6 - ((at.getDay() + 6) % 7));
    if (!to) return;
    event.preventDefault();
    at = within(to, least, most);
    draw();
    grid.querySelector("[tabindex='0']")?.focus();
  }
}

function row(cells) {
  const element = document.createElement("div");
  element.setAttribute("role", "row");
  element.append(...cells);
  return element;
}

function within(date, least, most) {
  if (least && date < least) return least;
  return most && date > most ? most : date;
}

function daysOn(date, days) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
}

function monthsOn(date, months) {
  const last = new Date(date.getFullYear(), date.getMonth() + months + 1, 0).getDate();
  return new Date(date.getFullYear(), date.getMonth() + months, Math.min(date.getDate(), last));
}
