// The queue by keyboard: a key presses the button, or follows the link, that names it.
const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

export function reviewKeys() {
  for (const opener of document.querySelectorAll("[data-opens]")) {
    opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal());
  }
  if (!document.querySelector("[data-key]")) return;
  for (const details of document.querySelectorAll("details.review-step")) {
    details.addEventListener("toggle", () => opened(details));
    if (details.open) details.querySelector("textarea").focus();
  }
  document.addEventListener("keydown", pressed);
  const current = document.querySelector(".review-queue [aria-current]");
  // The list alone scrolls; the page stays where it is.
  if (current) current.closest("ol").scrollTop = current.offsetTop - 80;
}

// One entry is open at a time, and its text can be typed at once.
function opened(details) {
  if (!details.open) return;
  for (const other of document.querySelectorAll("details.review-step[open]")) {
    if (other !== details) other.open = false;
  }
  details.querySelector("textarea").focus();
}

function pressed(event) {
  if (document.querySelector("dialog[open]")) return; // it has keys of its own
  if (event.key === "Escape") return close();
  const form = event.target.closest?.("form");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form?.reportValidity()) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[name=step]"));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
  const wanted = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
  if (!wanted || wanted.disabled) return;
  event.preventDefault();
  wanted.click();
  const details = wanted.closest("details.review-step");
  if (details) opened(details); // its own toggle event comes later than a quick next key
}

function close() {
  const open = document.querySelector("details.review-step[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
}
