// What the reader has done inside an entry (folded, typed, focused), kept while its HTML is replaced.
import { showDate } from "widget_fields";

const FIELDS = "input[name], textarea[name], select[name]";

// Remembers it; returns a function that does it again to the HTML which is there then.
export function rememberUse(root) {
  // only what the reader has folded or unfolded: a workflow that ends folds itself
  const turned = [...root.querySelectorAll("details")].map((one) => ("turned" in one.dataset ? one.open : null));
  const fields = new Map([...root.querySelectorAll(FIELDS)].map((field) => [keyOf(field), used(field)]));
  return () => {
    root.querySelectorAll("details").forEach((details, i) => {
      if ((turned[i] ?? null) === null) return;
      details.open = turned[i];
      details.dataset.turned = "";
    });
    for (const field of root.querySelectorAll(FIELDS)) {
      const was = fields.get(keyOf(field));
      if (!was) continue;
      if (was.changed && field.type !== "file") {
        if (isChoice(field)) field.checked = was.checked;
        else field.value = was.value;
        if ("date" in field.dataset) showDate(field);
      }
      if (was.focused) field.focus({ preventScroll: true });
    }
  };
}

// The reader has folded or unfolded `details`.
export function markTurned(details) {
  details.dataset.turned = "";
}

function used(field) {
  return {
    value: field.value,
    checked: field.checked,
    changed: field.checked !== field.defaultChecked || field.value !== field.defaultValue,
    focused: field === document.activeElement,
  };
}

function isChoice({ type }) {
  return type === "radio" || type === "checkbox";
}

function keyOf(field) {
  return `${field.name}\n${isChoice(field) ? field.value : ""}`;
}
