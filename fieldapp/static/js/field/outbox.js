// What a person does with visits on the phone. Nothing here needs the network; each call is one transaction.
//
// Values are the members of a visit's body (content.js). Photos are added to a draft first (addPhoto), so a tab
// that is killed while one writes loses neither words nor pictures.
import { bodyOf, MOST_PHOTOS, sameContent } from "./content.js";
import { dropUnusedPhotos, settled } from "./store.js";
import { phoneTime } from "./time.js";

// There is no such visit on this phone.
export class NotHere extends Error {}

// A visit carries at most nine photos.
export class TooManyPhotos extends Error {}

// Outside https there is no randomUUID.
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// Whether nothing of a visit has ever left the phone.
const isUnheardOf = (row) => !row || (row.base_revision === null && row.attempts.length === 0);

const instantOf = (clock) => new Date(clock.now()).toISOString();

// The outbox of one person. `user` is the id of their account (lastUser in store.js): a queue belongs to a user,
// and nobody else's visits are shown or changed here.
export function createOutbox({ store, user, clock = phoneTime }) {
  const QUEUE = ["visits", "drafts", "photos", "pictures"];

  async function own(id) {
    const row = await store.visits.get(id);
    if (!row || row.user !== user) throw new NotHere(id);
    return row;
  }

  const put = (row) => store.visits.put(settled({ ...row, saved_at: clock.now() }));

  const fresh = (id, body) => ({
    id,
    user,
    body,
    deleted: false,
    edits: 1,
    acknowledged: 0,
    base_revision: null,
    attempts: [],
    document: null,
    conflict: null,
    attention: null,
  });

  async function write(id, row, values) {
    const recorded_at = row?.body.recorded_at ?? values.recorded_at ?? instantOf(clock);
    const draft = await store.drafts.get(id);
    const photos = values.photos ?? draft?.values.photos ?? row?.body.photos;
    const body = bodyOf({ ...values, photos, recorded_at });
    if (body.photos.length > MOST_PHOTOS) throw new TooManyPhotos(String(MOST_PHOTOS));
    const before = [...(row?.body.photos ?? []), ...(draft?.values.photos ?? [])];
    if (!row) await put(fresh(id, body));
    else if (row.deleted || row.attention || !sameContent(row.body, body)) {
      await put({ ...row, body, deleted: false, edits: row.edits + 1, attention: null });
    }
    await store.drafts.delete(id);
    if (isUnheardOf(row)) await dropUnusedPhotos(store, user, before);
    return store.visits.get(id);
  }

  return {
    // -> the row. Saves a visit and drops its draft. The same id again is an edit, so a second tap does no harm.
    saveVisit: (id, values) =>
      store.change(QUEUE, async () => {
        const row = await store.visits.get(id);
        if (row && row.user !== user) throw new NotHere(id);
        return write(id, row, values);
      }),

    // -> the row. Changes a visit of this phone, sent or not, and drops its draft. NotHere if there is none.
    editVisit: (id, values) => store.change(QUEUE, async () => write(id, await own(id), values)),

    // Deletes a visit. One that was never sent is gone at once; any other is hidden and goes when the server has
    // answered for it.
    deleteVisit: (id) =>
      store.change(QUEUE, async () => {
        const row = await own(id);
        const draft = await store.drafts.get(id);
        await store.drafts.delete(id);
        if (isUnheardOf(row)) {
          await store.visits.delete(id);
          await dropUnusedPhotos(store, user, [...row.body.photos, ...(draft?.values.photos ?? [])]);
        } else if (row.conflict?.visit.deleted) {
          await store.visits.delete(id);
        } else if (!row.deleted) {
          await put({ ...row, deleted: true, edits: row.edits + 1, attention: null });
        }
      }),

    // -> the row, or null where it is gone. Settles a conflict. `choice` is "mine", "theirs", or the values of a
    // merged visit. Where the other side deleted it, "mine" and merged values bring it back.
    resolveConflict: (id, choice) =>
      store.change(QUEUE, async () => {
        const row = await own(id);
        if (!row.conflict) return row;
        const theirs = row.conflict.visit;
        const edits = row.edits + 1;
        const base = { ...row, edits, base_revision: theirs.revision, document: theirs, conflict: null };
        base.attention = null;
        base.attempts = [];
        await store.drafts.delete(id);
        if (choice === "mine") await put(base);
        else if (choice !== "theirs") {
          const recorded_at = row.body.recorded_at;
          await put({ ...base, body: bodyOf({ ...choice, recorded_at }), deleted: false });
        } else if (theirs.deleted) await store.visits.delete(id);
        else await put({ ...base, body: bodyOf(theirs), deleted: false, acknowledged: edits });
        return (await store.visits.get(id)) ?? null;
      }),

    // Gives up what was changed here and shows the server's version again. Only for a visit the server has
    // answered for (row.document); one it never took can only be changed, saved to a file, or deleted.
    discardChange: (id) =>
      store.change(QUEUE, async () => {
        const row = await own(id);
        if (!row.document) throw new NotHere(id);
        const { document } = row;
        if (document.deleted) await store.visits.delete(id);
        else {
          const edits = row.edits + 1;
          await put({
            ...row,
            body: bodyOf(document),
            deleted: false,
            edits,
            acknowledged: edits,
            base_revision: document.revision,
            conflict: null,
            attention: null,
          });
        }
      }),

    // Sends a refused visit once more as it is: its township may have been assigned meanwhile.
    retryVisit: (id) =>
      store.change(QUEUE, async () => {
        const row = await own(id);
        await store.visits.put(settled({ ...row, attention: null }));
        for (const sha256 of row.body.photos) {
          await store.photos.update([user, sha256], { attention: null, faults: 0 });
        }
      }),

    // Takes one photo out of a visit as it stands, such as one that the server would not have. An unfinished edit
    // stays, without the photo.
    leaveOutPhoto: (id, sha256) =>
      store.change(QUEUE, async () => {
        const row = await own(id);
        const without = (photos = []) => photos.filter((other) => other !== sha256);
        const draft = await store.drafts.get(id);
        if (draft) {
          const photos = without(draft.values.photos);
          await store.drafts.put({ ...draft, values: { ...draft.values, photos } });
        }
        const body = { ...row.body, photos: without(row.body.photos) };
        await put({ ...row, body, edits: row.edits + 1, attention: null });
      }),

    // Keeps what is being written; call it at each keystroke. `id` is the visit's: newId() for a new one, made when
    // writing begins. The photos of the draft stay as addPhoto and removePhoto have them.
    saveDraft: (id, values) =>
      store.change(["drafts"], async () => {
        const draft = await store.drafts.get(id);
        const photos = draft?.values.photos ?? values.photos ?? [];
        await store.drafts.put({ id, user, values: { ...values, photos }, saved_at: clock.now() });
      }),

    // -> {id, values, saved_at} of one draft, or null. A draft of a visit that exists is an unfinished edit.
    async findDraft(id) {
      const draft = await store.drafts.get(id);
      return draft?.user === user ? draft : null;
    },

    // -> every draft, the latest first.
    drafts: async () =>
      (await store.drafts.where({ user }).toArray()).sort((a, b) => b.saved_at - a.saved_at),

    discardDraft: (id) =>
      store.change(QUEUE, async () => {
        const draft = await store.drafts.get(id);
        if (!draft || draft.user !== user) return;
        await store.drafts.delete(id);
        await dropUnusedPhotos(store, user, draft.values.photos ?? []);
      }),

    // Keeps a photo (made by preparePhoto in photos.js) and shows it in the draft. -> the draft's photos.
    addPhoto: (id, photo, values = {}) =>
      store.change(QUEUE, async () => {
        const draft = (await store.drafts.get(id)) ?? { id, user, values };
        const photos = [...new Set([...(draft.values.photos ?? []), photo.sha256])];
        if (photos.length > MOST_PHOTOS) throw new TooManyPhotos(String(MOST_PHOTOS));
        const { bytes, ...seen } = photo;
        const kept = await store.photos.get([user, photo.sha256]);
        await store.photos.put({ upload_url: null, attention: null, faults: 0, ...kept, ...seen, user });
        await store.pictures.put({ user, sha256: photo.sha256, bytes });
        await store.drafts.put({ ...draft, values: { ...draft.values, photos }, saved_at: clock.now() });
        return photos;
      }),

    // Takes a photo out of the draft. -> the draft's photos.
    removePhoto: (id, sha256, values = {}) =>
      store.change(QUEUE, async () => {
        const draft = (await store.drafts.get(id)) ?? { id, user, values };
        const photos = (draft.values.photos ?? []).filter((other) => other !== sha256);
        await store.drafts.put({ ...draft, values: { ...draft.values, photos }, saved_at: clock.now() });
        await dropUnusedPhotos(store, user, [sha256]);
        return photos;
      }),

    // -> values for a new visit like the last one (of `township_code`, where given): what was done and counted, not
    // when, where exactly, or the photos. Null where there is none.
    async copyOfLastVisit(township_code = null) {
      const rows = (await store.visits.where({ user }).toArray()).filter(
        (row) => !row.deleted && (township_code === null || row.body.township_code === township_code),
      );
      if (!rows.length) return null;
      const moment = (row) => Date.parse(row.body.started_at) || 0;
      const last = rows.reduce((a, b) => (moment(b) > moment(a) ? b : a));
      const { mode, content, service_days, results, township_code: code } = last.body;
      return { township_code: code, mode, content, service_days, results: { ...results } };
    },

    // Answers a reviewer's question, online or not; sent after the visits. -> the answer's id.
    async answerQuestion(visit_id, text) {
      const id = newId();
      await store.change(["visits", "answers"], async () => {
        await own(visit_id);
        await store.answers.put({ id, user, visit_id, text, attention: null, saved_at: clock.now() });
      });
      return id;
    },

    // -> the visits to show (not the deleted ones), the latest first.
    visits: async () =>
      (await store.visits.where({ user }).toArray())
        .filter((row) => !row.deleted || row.conflict || row.attention)
        .sort((a, b) => (Date.parse(b.body.started_at) || 0) - (Date.parse(a.body.started_at) || 0)),

    // -> {pending, oldest_at}: how many of this person's changes wait here, and since when (milliseconds or null).
    async waiting() {
      const rows = await store.visits.where({ user, pending: 1 }).toArray();
      const answers = await store.answers.where({ user }).toArray();
      const since = [...rows, ...answers].map((row) => row.saved_at);
      return { pending: since.length, oldest_at: since.length ? Math.min(...since) : null };
    },

    // -> [{user, name, pending}] of other people whose visits wait on this phone: they must log in to send them. `name`
    // is null where the phone does not know it any more.
    async waitingOfOthers() {
      const counts = new Map();
      await store.visits
        .filter((row) => row.pending && row.user !== user)
        .each((row) => counts.set(row.user, (counts.get(row.user) ?? 0) + 1));
      const nameOf = async (other) => (await store.recall(`field:${other}`))?.document.user.name ?? null;
      return Promise.all(
        [...counts].map(async ([other, pending]) => ({ user: other, name: await nameOf(other), pending })),
      );
    },
  };
}

// -> {state, code}: what to tell of a visit. `activity` is what createSync reports; it tells what is being sent now.
// state is one of on_phone, sending, awaiting_photos, sent, needs_attention; code says why it needs attention:
// visit.changed or visit.deleted (a conflict to settle), the server's own code of a refusal (row.attention carries
// its sentences), or photo.missing (the server awaits a photo that is on this phone no more).
export function stateOf(row, activity = null) {
  if (row.conflict) return { state: "needs_attention", code: row.conflict.code };
  if (row.attention) return { state: "needs_attention", code: row.attention.code };
  if (activity?.visit === row.id) return { state: "sending", code: null };
  if (row.pending) return { state: "on_phone", code: null };
  const awaited = row.document?.photos_awaited ?? [];
  if (!awaited.length) return { state: "sent", code: null };
  if (row.missing?.some((sha256) => awaited.includes(sha256))) {
    return { state: "needs_attention", code: "photo.missing" };
  }
  if (activity?.photo && awaited.includes(activity.photo.sha256)) return { state: "sending", code: null };
  return { state: "awaiting_photos", code: null };
}
