// What people type, paste and dictate, as it is kept.
const LINE_END = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
// Controls and format characters, which nobody sees and which may turn the reading direction around. Not among
// them: what joins the parts of an emoji and what shapes Mongolian letters.
const UNSEEN = /(?!\u200d|[\n\t\u180e\u200c\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}]/gu;
const HALVES = /\p{Surrogate}/gu;
const NOTHING = /^[\s\p{Cf}]*$/u;

// -> the text composed (NFC), with plain line ends, nothing unseen, and no blanks around. For a text that is
// finished: done at a keystroke it would move the caret and break the composition of an input method.
export function plainText(text) {
  const kept = String(text ?? "")
    .replace(HALVES, "\uFFFD")
    .replace(LINE_END, "\n")
    .replace(UNSEEN, "")
    .normalize("NFC")
    .trim();
  return NOTHING.test(kept) ? "" : kept;
}
