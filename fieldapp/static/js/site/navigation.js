// Where the navigation is wider than a phone, it is moved so far that the entry of this page is seen, and where it goes on.
const PIECE = 48; // pixels

export function showCurrent() {
  const current = document.querySelector(".site-nav [aria-current]");
  if (!current) return;
  const nav = current.parentElement;
  const beyond = current.getBoundingClientRect().right - nav.getBoundingClientRect().right;
  if (beyond > -PIECE) nav.scrollLeft += beyond + PIECE;
}
