// Copy buttons of a report. Everything else works without scripts. A report is one file and imports nothing: what
// stands in clipboard.js is written into it before this.
/* global copyBy */
document.documentElement.classList.remove("no-script");
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  event.preventDefault();
  copyBy(button, button.closest("[data-copied]").querySelector("pre").textContent);
});
