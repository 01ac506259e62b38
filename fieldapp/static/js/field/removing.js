// Removing from the phone what the server has: for a phone that is shared, given away, or lent. Only what the server
// has answered for goes; it stays on the server. Whatever has not been sent stays, and is named.
import { dropUnusedPhotos } from "./store.js";
import { phoneTime } from "./time.js";

const TABLES = ["visits", "photos", "pictures", "drafts", "answers", "townships", "meta"];

const removedKey = (user) => `removed:${user}`;

// Of a person everything that is kept beside the visits. Without the cursor all of it is fetched again.
const OF_A_PERSON = ["field", "cursor", "synced", "last_township", "removed", "unused"];

// Whether the server has answered for all of a visit: its content, its photos, the answers to its questions.
// A deletion is over when its tombstone has come.
function isAnsweredFor({ id, body, document, ...row }, { pictured, answered, drafted }) {
  if (row.pending || row.conflict || row.attention || row.deleted || !document) return false;
  const awaited = new Set(document.photos_awaited);
  if (body.photos.some((digest) => awaited.has(digest) && pictured.has(digest))) return false;
  return !answered.has(id) && !drafted.has(id);
}

async function sorted(store, user) {
  const [rows, drafts, answers, pictures] = await Promise.all([
    store.visits.where({ user }).toArray(),
    store.drafts.where({ user }).toArray(),
    store.answers.where({ user }).toArray(),
    store.pictures.toCollection().primaryKeys(),
  ]);
  const unsent = {
    pictured: new Set(pictures.filter(([owner]) => owner === user).map(([, digest]) => digest)),
    answered: new Set(answers.map((answer) => answer.visit_id)),
    drafted: new Set(drafts.map((draft) => draft.id)),
  };
  const sent = rows.filter((row) => isAnsweredFor(row, unsent));
  const staying = rows.filter((row) => !sent.includes(row));
  const known = new Set(rows.map((row) => row.id));
  return { sent, staying, drafts: drafts.filter((draft) => !known.has(draft.id)) };
}

// -> {sent, staying, drafts}: the visits that the server has answered for, those with something left to send, and
// drafts of new visits.
export const whatWouldGo = ({ store, user }) => store.read(TABLES, () => sorted(store, user));

// -> {removed, staying}: how many visits went, and how many visits and drafts stay. `leaving`: the person logs out,
// so that the townships and the name go as well where nothing stays, and the next login fetches everything again. One
// who goes on working gets back only what changes, until fetchAgain.
export const removeSent = ({ store, user, leaving = false, clock = phoneTime }) =>
  store.change(TABLES, async () => {
    const { sent, staying, drafts } = await sorted(store, user);
    await store.visits.bulkDelete(sent.map((row) => row.id));
    const photos = await store.photos.where({ user }).primaryKeys();
    await dropUnusedPhotos(
      store,
      user,
      photos.map(([, digest]) => digest),
    );
    if (!leaving) {
      const count = sent.length + ((await store.meta.get(removedKey(user)))?.value.count ?? 0);
      if (count) await store.meta.put({ key: removedKey(user), value: { count, at: clock.now() } });
    } else if (staying.length || drafts.length) {
      await store.meta.bulkDelete([`cursor:${user}`, removedKey(user)]);
    } else {
      await store.townships.where({ user }).delete();
      await store.meta.bulkDelete(OF_A_PERSON.map((name) => `${name}:${user}`));
      if ((await store.meta.get("user"))?.value.id === user) await store.meta.delete("user");
    }
    return { removed: sent.length, staying: staying.length + drafts.length };
  });

// -> {count, at} of what was removed while the person stayed logged in, or null.
export const removedBefore = async ({ store, user }) => (await store.recall(removedKey(user))) ?? null;

// Lets the next run bring back whatever the server has.
export const fetchAgain = ({ store, user }) =>
  store.change(["meta"], () => store.meta.bulkDelete([`cursor:${user}`, removedKey(user)]));
