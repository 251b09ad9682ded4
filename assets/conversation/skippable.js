// Lets the browser skip elements while they are off screen, at their real height: nothing jumps when one comes into
// view. One layout for all: first everything is read, then written.
export function skippable(elements) {
  const heights = elements.map((element) => (element.classList.contains("skippable") ? 0 : contentHeight(element)));
  elements.forEach((element, i) => {
    if (!heights[i]) return;
    element.style.containIntrinsicSize = `auto ${heights[i]}px`;
    element.classList.add("skippable");
  });
}

// What `contain-intrinsic-size` stands for: the height without the element's own padding.
function contentHeight(element) {
  const { paddingTop, paddingBottom } = getComputedStyle(element);
  return element.getBoundingClientRect().height - parseFloat(paddingTop) - parseFloat(paddingBottom);
}
