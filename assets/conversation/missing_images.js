// Images that do not come: their name and a sentence in place of the browser's broken picture. Where the page's own
// policy keeps them out, which is made when the page is loaded, a button that loads it again and lets them in.
const MESSAGE = "image could not be loaded";

// Watches the images inside `column`; returns a function that ends this. `icon` is HTML.
export function watchImages(column, icon) {
  const kept = new Set(); // addresses that the policy kept out
  const failed = ({ target }) => {
    if (target.localName !== "img") return;
    const address = target.currentSrc || target.src;
    const chip = document.createElement("span");
    chip.className = "file-chip image-missing";
    chip.dataset.address = address;
    chip.innerHTML = icon;
    const words = document.createElement("span");
    const name = document.createElement("b");
    name.textContent = target.alt || nameOf(address);
    words.append(name, ` ${MESSAGE}`);
    chip.append(words);
    if (/^https?:/.test(address)) chip.title = address;
    (target.closest(".user-image") ?? target).replaceWith(chip);
    if (kept.has(address)) offer(chip);
  };
  // it is told after the image has failed, or before
  const refused = ({ effectiveDirective, blockedURI }) => {
    if (effectiveDirective !== "img-src") return;
    kept.add(blockedURI);
    for (const chip of column.querySelectorAll(".image-missing")) if (chip.dataset.address === blockedURI) offer(chip);
  };
  // a generated image has its own proportions; the next preview of it has the same
  const loaded = ({ target }) => {
    const slot = target.localName === "img" ? target.closest(".image-slot") : null;
    if (slot && target.naturalHeight) slot.style.setProperty("--ratio", target.naturalWidth / target.naturalHeight);
  };
  column.addEventListener("error", failed, true);
  column.addEventListener("load", loaded, true);
  document.addEventListener("securitypolicyviolation", refused);
  return () => document.removeEventListener("securitypolicyviolation", refused);
}

function offer(chip) {
  if (chip.querySelector("button")) return;
  const { address } = chip.dataset;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `Reload the page to show images from ${new URL(address).host}`;
  button.dataset.action = JSON.stringify({ do: "show-image", url: address });
  chip.lastElementChild.append(" ", button);
}

function nameOf(address) {
  if (address.startsWith("data:")) return "Image";
  try {
    return decodeURIComponent(new URL(address).pathname.split("/").at(-1)) || "Image";
  } catch {
    return "Image";
  }
}
