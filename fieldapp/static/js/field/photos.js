// Photos as the phone keeps them: small enough for a weak network, their own metadata (when and where they were
// taken) left in, named by their content.
import imageCompression from "browser-image-compression";
import { pictureKind } from "./picture-kinds.js";
import { sha256 } from "./sha256.js";
import { phoneTime } from "./time.js";

export const LONGEST_SIDE = 1600; // pixels
export const ABOUT = 400 * 1024; // bytes
const THUMBNAIL_SIDE = 320;
const LARGEST_KEPT = 12 * 1024 * 1024; // bytes, of a photo that this browser cannot draw and so not shrink
export const LARGEST = 60 * 1024 * 1024; // bytes, of a photo that it is asked to draw

// This is no picture, or one that this browser cannot read and that is too large to send as it is.
export class UnreadablePhoto extends Error {}

// It is larger than any camera of a phone makes one; drawing it could end the page.
export class HugePhoto extends Error {}

const drawn = (file, options) =>
  imageCompression(file, { useWebWorker: false, fileType: "image/jpeg", ...options });

async function isSmall(file) {
  if (file.size > ABOUT || file.type !== "image/jpeg" || typeof createImageBitmap !== "function")
    return false;
  const picture = await createImageBitmap(file);
  const small = Math.max(picture.width, picture.height) <= LONGEST_SIDE;
  picture.close();
  return small;
}

async function shrunk(file) {
  // What is small already stays byte for byte: drawing it again would only lose detail.
  if (await isSmall(file)) return file;
  return drawn(file, {
    maxWidthOrHeight: LONGEST_SIDE,
    maxSizeMB: ABOUT / 1024 / 1024,
    initialQuality: 0.85,
    preserveExif: true,
  });
}

// -> {sha256, bytes, type, size, name, thumbnail}: what addPhoto in outbox.js keeps. `file` comes from an input or
// the camera. Bytes and thumbnail are ArrayBuffers: some iOS versions lose blobs that are kept in IndexedDB.
// What it is, its first bytes decide; a type that they do not know counts as the file gives it. A picture that this
// browser cannot draw is kept as it is, without a thumbnail. Throws UnreadablePhoto and HugePhoto.
export async function preparePhoto(given, { clock = phoneTime } = {}) {
  if (given.size > LARGEST) throw new HugePhoto(given.name);
  if (given.size === 0) throw new UnreadablePhoto(given.name);
  const type = (await pictureKind(given)) ?? given.type;
  const file = type === given.type ? given : new File([given], given.name, { type });
  let small = file;
  let thumbnail = null;
  try {
    small = await shrunk(file);
    const seen = await drawn(small, { maxWidthOrHeight: THUMBNAIL_SIDE, initialQuality: 0.7 });
    thumbnail = await seen.arrayBuffer();
  } catch (cause) {
    // A browser without the format's decoder still may send it: the server reads more kinds than one browser.
    if (!type.startsWith("image/") || file.size > LARGEST_KEPT) {
      throw new UnreadablePhoto(file.name, { cause });
    }
    small = file;
  }
  const bytes = await small.arrayBuffer();
  return {
    sha256: await sha256(bytes),
    bytes,
    type: small.type || "image/jpeg",
    size: bytes.byteLength,
    name: file.name || "photo.jpg",
    thumbnail,
    added_at: clock.now(),
  };
}

// -> the photo's row where this phone has it but cannot draw it, else null.
export async function unreadPhoto(store, user, digest) {
  const photo = await store.photos.get([user, digest]);
  return photo && !photo.thumbnail ? photo : null;
}

// -> how many photos of each visit the phone could not read and the server has not taken yet, by the visit's id.
export async function unreadPhotos(store, user, rows) {
  const counts = new Map();
  for (const { id, pending, deleted, body, document } of rows) {
    const awaited = new Set(document?.photos_awaited);
    const here = deleted ? [] : body.photos.filter((digest) => pending || awaited.has(digest));
    const photos = await store.photos.bulkGet(here.map((digest) => [user, digest]));
    const count = photos.filter((photo) => photo && !photo.thumbnail).length;
    if (count) counts.set(id, count);
  }
  return counts;
}

// -> the photos of each visit that the server would not have, [{sha256, n, name, reason}] by the visit's id: n is its
// place in the visit, from 1.
export async function refusedPhotos(store, user, rows) {
  const found = new Map();
  for (const { id, attention, body } of rows) {
    if (!attention?.photo) continue;
    const photos = await store.photos.bulkGet(body.photos.map((digest) => [user, digest]));
    const refused = photos.flatMap((photo, index) =>
      photo?.attention
        ? [{ sha256: photo.sha256, n: index + 1, name: photo.name, reason: photo.attention.message }]
        : [],
    );
    if (refused.length) found.set(id, refused);
  }
  return found;
}

// -> a blob to show, or null. The thumbnail where there is one, else the picture while it is on this phone.
export async function photoToShow(store, user, digest, { whole = false } = {}) {
  const photo = await store.photos.get([user, digest]);
  if (!photo) return null;
  if (!whole && photo.thumbnail) return new Blob([photo.thumbnail], { type: "image/jpeg" });
  const picture = await store.pictures.get([user, digest]);
  if (picture) return new Blob([picture.bytes], { type: photo.type });
  return photo.thumbnail ? new Blob([photo.thumbnail], { type: "image/jpeg" }) : null;
}
