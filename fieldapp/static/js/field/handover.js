// What cannot be sent from this phone, as a file to hand in from another device: the person's waiting visits with
// their photos. The person logs in there, loads the file, and it is sent like everything else.
import { bodyOf, sameContent } from "./content.js";
import { sha256 } from "./sha256.js";
import { settled } from "./store.js";
import { phoneTime } from "./time.js";

const FORMAT = "fieldapp-visits";
const VERSION = 1;

// `reason` is one of: unreadable (no file of this app, or broken), newer (a newer app wrote it), other_person.
export class FileRefused extends Error {
  constructor(reason, detail = "") {
    super(`${reason} ${detail}`.trim());
    this.reason = reason;
  }
}

const PIECE = 0x8000; // bytes; more would be too many arguments for one call

function toBase64(buffer) {
  const bytes = new Uint8Array(buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += PIECE) text += String.fromCharCode(...bytes.subarray(i, i + PIECE));
  return btoa(text);
}

const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;

// When the file was saved, as the phone's owner reads the time: 2026-11-27-03-45.
function stampOf(moment) {
  const there = new Date(moment);
  const two = (number) => String(number).padStart(2, "0");
  const parts = [there.getMonth() + 1, there.getDate(), there.getHours(), there.getMinutes()];
  return [there.getFullYear(), ...parts.map(two)].join("-");
}

// -> {name, blob, visits}: a JSON file of everything of `user` that the server has not answered for, or whose photos
// it still awaits. `visits` is how many. Nothing on the phone changes.
export async function exportFile({ store, user, clock = phoneTime }) {
  const content = await store.read(["visits", "photos", "pictures", "answers"], async () => {
    const rows = await store.visits
      .where({ user })
      .filter((row) => row.pending || row.conflict || row.document?.photos_awaited?.length)
      .toArray();
    const digests = [...new Set(rows.flatMap((row) => row.body.photos))];
    const photos = [];
    for (const digest of digests) {
      const [photo, picture] = [
        await store.photos.get([user, digest]),
        await store.pictures.get([user, digest]),
      ];
      if (photo && picture) photos.push({ ...photo, bytes: picture.bytes });
    }
    return { rows, photos, answers: await store.answers.where({ user }).toArray() };
  });
  const moment = clock.now();
  const at = new Date(moment).toISOString();
  const file = {
    format: FORMAT,
    version: VERSION,
    exported_at: at,
    user,
    visits: content.rows.map(
      ({ id, body, deleted, pending, base_revision, attempts, document, saved_at }) => ({
        id,
        body,
        deleted,
        pending,
        base_revision,
        attempts,
        document,
        saved_at,
      }),
    ),
    answers: content.answers.map(({ id, visit_id, text, saved_at }) => ({ id, visit_id, text, saved_at })),
    photos: content.photos.map(({ sha256: digest, type, size, name, thumbnail, bytes }) => ({
      sha256: digest,
      type,
      size,
      name,
      thumbnail: thumbnail && toBase64(thumbnail),
      bytes: toBase64(bytes),
    })),
  };
  return {
    name: `fieldapp-${stampOf(moment)}.json`,
    blob: new Blob([JSON.stringify(file)], { type: "application/json" }),
    visits: file.visits.length,
  };
}

async function opened(blob, user) {
  let file;
  try {
    file = JSON.parse(await blob.text());
  } catch (cause) {
    throw Object.assign(new FileRefused("unreadable"), { cause });
  }
  if (file?.format !== FORMAT || !Array.isArray(file.visits) || !Array.isArray(file.photos)) {
    throw new FileRefused("unreadable");
  }
  if (file.version > VERSION) throw new FileRefused("newer", String(file.version));
  if (file.user !== user) throw new FileRefused("other_person");
  return file;
}

async function picturesIn(file) {
  const pictures = [];
  for (const { bytes, thumbnail, ...photo } of file.photos) {
    let content;
    try {
      content = { bytes: fromBase64(bytes), thumbnail: thumbnail && fromBase64(thumbnail) };
    } catch (cause) {
      throw Object.assign(new FileRefused("unreadable", photo.name), { cause });
    }
    if ((await sha256(content.bytes)) !== photo.sha256) throw new FileRefused("unreadable", photo.name);
    pictures.push({ ...photo, ...content });
  }
  return pictures;
}

// A row of the file as this phone takes it in, or null where it has the same already.
function taken(row, given, user) {
  const body = bodyOf(given.body);
  const came = { id: given.id, user, body, deleted: Boolean(given.deleted), saved_at: given.saved_at };
  if (!row) {
    const { base_revision, attempts = [], document = null, pending } = given;
    const edits = Math.max(0, ...attempts.map((attempt) => attempt.edits)) + 1;
    const acknowledged = pending ? 0 : edits;
    const here = { edits, acknowledged, base_revision, attempts, document };
    return { row: settled({ ...came, ...here, conflict: null, attention: null }), clash: false };
  }
  if (!given.pending || (row.deleted === came.deleted && sameContent(row.body, body))) return null;
  if (row.pending) return { row: null, clash: true };
  // The file was changed from an older version than this phone has: the server will show both sides.
  const edits = row.edits + 1;
  const attempts = (given.attempts ?? []).map((attempt) => ({ ...attempt, edits: 0 }));
  const { base_revision } = given;
  return { row: settled({ ...row, ...came, edits, attempts, base_revision }), clash: false };
}

// -> {added, same, clashing}: how many visits were taken in; how many were here already; the ids of those that are
// waiting here with other content and were left as they are. All or nothing. Throws FileRefused.
export async function importFile({ store, user }, blob) {
  const file = await opened(blob, user);
  const pictures = await picturesIn(file);
  return store.change(["visits", "photos", "pictures", "answers"], async () => {
    const told = { added: 0, same: 0, clashing: [] };
    for (const given of file.visits) {
      const here = await store.visits.get(given.id);
      if (here && here.user !== user) throw new FileRefused("other_person");
      const result = taken(here, given, user);
      if (result === null) told.same += 1;
      else if (result.clash) told.clashing.push(given.id);
      else {
        await store.visits.put(result.row);
        told.added += 1;
      }
    }
    for (const { bytes, ...photo } of pictures) {
      const shown = await store.visits.where("body.photos").equals(photo.sha256).count();
      if (!shown) continue;
      const kept = await store.photos.get([user, photo.sha256]);
      await store.photos.put({ upload_url: null, attention: null, faults: 0, ...kept, ...photo, user });
      await store.pictures.put({ user, sha256: photo.sha256, bytes });
    }
    for (const { id, visit_id, text, saved_at } of file.answers ?? []) {
      await store.answers.put({ id, user, visit_id, text, saved_at, attention: null });
    }
    return told;
  });
}
