// Photos' way to the server: those that the server itself says it awaits.

import { sha256 } from "./sha256.js";
import { settled } from "./store.js";

const KEPT_UNUSED = 30 * 24 * 3600_000; // milliseconds
const MOST_FAULTS = 3; // a picture that arrived broken is sent again, so often

// -> the digests that the server awaits from this person.
async function awaitedPhotos(store, user) {
  const digests = new Set();
  await store.visits
    .where({ user })
    .filter((row) => !row.deleted)
    .each((row) => {
      for (const digest of row.document?.photos_awaited ?? []) digests.add(digest);
    });
  return digests;
}

const rowsWith = (store, user, digest) =>
  store.visits
    .where("body.photos")
    .equals(digest)
    .filter((row) => row.user === user)
    .toArray();

const markMissing = (store, user, digest) =>
  store.change(["visits"], async () => {
    for (const row of await rowsWith(store, user, digest)) {
      if (row.missing?.includes(digest)) continue;
      await store.visits.put({ ...row, missing: [...(row.missing ?? []), digest] });
    }
  });

const refuse = (store, user, digest, { code, message, errors }) =>
  store.change(["visits", "photos"], async () => {
    const attention = { code, message, errors, photo: digest };
    await store.photos.update([user, digest], { attention, upload_url: null });
    for (const row of await rowsWith(store, user, digest))
      await store.visits.put(settled({ ...row, attention }));
  });

// -> whether to send it once more: it arrived other than it left, and here it is still whole.
async function arrivedBroken({ store }, user, digest, bytes, code) {
  if (code !== "photo.digest" || (await sha256(bytes)) !== digest) return false;
  const faults = ((await store.photos.get([user, digest]))?.faults ?? 0) + 1;
  await store.photos.update([user, digest], { faults, upload_url: null });
  return faults < MOST_FAULTS;
}

// -> whether the server has it now.
async function sendPhoto(work, user, digest) {
  const { store, api, now } = work;
  const [photo, picture] = await store.read(["photos", "pictures"], () =>
    Promise.all([store.photos.get([user, digest]), store.pictures.get([user, digest])]),
  );
  if (!photo) return false; // taken with another phone, which sends it
  if (!picture) {
    await markMissing(store, user, digest);
    return false;
  }
  if (photo.attention) {
    await refuse(store, user, digest, photo.attention);
    return false;
  }
  const { name, type, size, upload_url } = photo;
  const show = (sent) => now({ photo: { sha256: digest, sent, size } });
  show(0);
  try {
    // The answer to the last piece may have been lost.
    if (await api.hasPhoto(digest)) return true;
    let kept = Promise.resolve();
    const onAddress = (url) => {
      kept = store.photos.update([user, digest], { upload_url: url });
    };
    await api.sendPhoto({
      sha256: digest,
      name,
      type,
      bytes: picture.bytes,
      upload_url,
      onAddress,
      onProgress: show,
    });
    await kept;
    await store.photos.update([user, digest], { upload_url: null });
    return true;
  } catch (error) {
    if (error.kind !== "refused") throw error;
    if (!(await arrivedBroken(work, user, digest, picture.bytes, error.code))) {
      await refuse(store, user, digest, error);
    }
  } finally {
    now({ photo: null });
  }
  return false;
}

// Sends every photo that the server awaits. -> whether any arrived. Throws the ApiError that stands in the way.
export async function sendPhotos(work, user) {
  let arrived = false;
  for (const digest of await awaitedPhotos(work.store, user)) {
    arrived = (await sendPhoto(work, user, digest)) || arrived;
  }
  return arrived;
}

// Drops the bytes of photos that the server has: by its own word, in the document of every visit that shows them,
// none of which has anything left to send. The thumbnail stays.
export async function releasePictures({ store }, user) {
  const digests = (await store.pictures.toCollection().primaryKeys()).filter(([owner]) => owner === user);
  for (const [, digest] of digests) {
    await store.change(["visits", "pictures", "drafts"], async () => {
      const rows = await rowsWith(store, user, digest);
      const drafts = await store.drafts.where({ user }).toArray();
      const there = (row) =>
        !row.pending &&
        !row.conflict &&
        row.document?.photos?.includes(digest) &&
        !row.document.photos_awaited?.includes(digest);
      const drafted = drafts.some((draft) => draft.values.photos?.includes(digest));
      if (rows.length && rows.every(there) && !drafted) await store.pictures.delete([user, digest]);
    });
  }
}

// Drops photos that nothing here shows any more. One that the server may not have stays for a month: another phone may
// yet bring back the visit that shows it, and the picture is only here.
export const sweepPhotos = ({ store, time }, user) =>
  store.change(["visits", "drafts", "photos", "pictures", "meta"], async () => {
    const rows = await store.visits.where({ user }).toArray();
    const drafts = await store.drafts.where({ user }).toArray();
    const photosOf = [...rows.map((row) => row.body), ...drafts.map((draft) => draft.values)];
    const shown = new Set(photosOf.flatMap(({ photos }) => photos ?? []));
    const key = `unused:${user}`;
    const before = (await store.meta.get(key))?.value ?? {}; // digest -> since when
    const unused = {};
    for (const [, digest] of await store.photos.where({ user }).primaryKeys()) {
      if (shown.has(digest)) continue;
      const since = before[digest] ?? time.now();
      const { attention } = await store.photos.get([user, digest]);
      const isHere = await store.pictures.where({ user, sha256: digest }).count();
      if (isHere && !attention && time.now() - since < KEPT_UNUSED) unused[digest] = since;
      else {
        await store.photos.delete([user, digest]);
        await store.pictures.delete([user, digest]);
      }
    }
    await store.meta.put({ key, value: unused });
  });
