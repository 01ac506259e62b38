// What kind of picture a file is, by how it begins: names and types are left out or wrong where a file comes from a
// file manager, a chat or a memory card.
const at = (start, text) => (bytes) =>
  [...text].every((letter, index) => bytes[start + index] === letter.charCodeAt(0));
const all =
  (...tests) =>
  (bytes) =>
    tests.every((test) => test(bytes));
const any =
  (...tests) =>
  (bytes) =>
    tests.some((test) => test(bytes));

const BEGINNINGS = [
  ["image/jpeg", at(0, "\xff\xd8\xff")],
  ["image/png", at(0, "\x89PNG\r\n\x1a\n")],
  ["image/webp", all(at(0, "RIFF"), at(8, "WEBP"))],
  ["image/avif", all(at(4, "ftyp"), any(at(8, "avif"), at(8, "avis")))],
  [
    "image/heic",
    all(at(4, "ftyp"), any(...["heic", "heix", "hevc", "heim", "mif1", "msf1"].map((kind) => at(8, kind)))),
  ],
  ["image/gif", at(0, "GIF8")],
  ["image/bmp", at(0, "BM")],
  ["image/tiff", any(at(0, "II*\0"), at(0, "MM\0*"))],
];
const ENOUGH = 16; // bytes

// -> the media type of a picture, or null where it begins like none.
export async function pictureKind(file) {
  const bytes = new Uint8Array(await file.slice(0, ENOUGH).arrayBuffer());
  return BEGINNINGS.find(([, begins]) => begins(bytes))?.[0] ?? null;
}
