// The forms of entries: widgets, tools' questions, structured input.

import { isoTime } from "dates";

// The values of a form by field name; several fields of one name give a list. A checkbox without a value is true or
// false. A field that goes with a choice ("another answer") counts only when that choice is taken.
export function formValues(form) {
  const values = {};
  for (const field of form.querySelectorAll("input[name], textarea[name], select[name]")) {
    const { name, type } = field;
    if (field.disabled || type === "file") continue;
    if (type === "checkbox" && !field.hasAttribute("value")) {
      values[name] = field.checked;
      continue;
    }
    let value = "date" in field.dataset ? isoTime(field.value) : field.value;
    if (type === "checkbox") value = field.checked ? [value] : [];
    else if (type === "radio" && !field.checked) continue;
    else if (field.multiple && field.selectedOptions) value = [...field.selectedOptions].map((option) => option.value);
    else if ("withChoice" in field.dataset && !choiceOf(field)?.checked) continue;
    values[name] = name in values ? [].concat(values[name], value) : value;
  }
  return values;
}

// Somebody types: the problem is not said any longer, and a field that goes with a choice takes it.
export function typedIn(field) {
  showProblem(field.closest("form"), "");
  const choice = "withChoice" in field.dataset && field.value ? choiceOf(field) : null;
  if (choice) choice.checked = true;
}

// Makes the browser say that a text does not match its pattern, which it knows of single lines only.
export function checkPatterns(form) {
  for (const field of form.querySelectorAll("textarea[data-pattern]")) {
    let fits = true;
    try {
      fits = !field.value || new RegExp(`^(?:${field.dataset.pattern})$`, "u").test(field.value);
    } catch {
      // what is no pattern asks for nothing, as in an input
    }
    field.setCustomValidity(fits ? "" : "Please match the requested format.");
  }
}

// Why a form was not sent, in its own place for that.
export function showProblem(form, words) {
  const problem = form?.querySelector("[data-problem]");
  if (!problem) return;
  problem.textContent = words;
  for (const element of [problem, ...form.querySelectorAll("[data-after-problem]")]) element.hidden = !words;
}

function choiceOf(field) {
  return field.parentElement.querySelector("input[type=radio], input[type=checkbox]");
}
