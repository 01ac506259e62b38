// What the phone keeps, in IndexedDB: visits, photos, drafts, answers, townships. Every change is one
// transaction, so a tab that is killed at any moment leaves all of it or nothing.
//
// A row of `visits`:
//   id, user               uuid made on the phone; the account the visit belongs to
//   body                   its content as interfaces.md has it (see content.js), without base_revision
//   deleted                the person wants it gone
//   edits, acknowledged    how often it was changed here, and up to which change the server has answered
//   pending                1 while the two differ, else 0 (IndexedDB cannot index true and false)
//   base_revision          the server's revision that `body` builds on; null for one it has not answered for
//   attempts               [{edits, body}] sent and not answered for: any of them may have arrived
//   document               the server's latest word: grade, review, notes, photos_awaited ...
//   conflict               {code, visit} where the server holds another version
//   attention              {code, message, errors} where the server refused; sent again only after a change
//   saved_at               milliseconds, by the time of time.js, of the latest change here
import Dexie from "dexie";

// Add a version below, never change one: phones come with old queues. `upgrade` gets Dexie's transaction.
export const SCHEMA = [
  {
    version: 1,
    tables: {
      visits: "id, user, [user+pending], *body.photos",
      photos: "[user+sha256], user", // what the lists show: thumbnail, size, upload_url, attention
      pictures: "[user+sha256]", // the bytes, kept apart so that lists need not load them
      drafts: "id, user",
      answers: "id, user, visit_id",
      townships: "[user+code], user",
      meta: "key",
    },
  },
];

// A newer version of the app has changed the storage while this page was open: it must be loaded again.
export class OutdatedPage extends Error {}

// The phone has no room for what was to be kept. Nothing of it was kept, and nothing else was lost.
export class StorageFull extends Error {}

// The browser keeps nothing at all (some private modes, some built-in browsers).
export class StorageClosed extends Error {}

const OUTDATED = new Set(["VersionError", "DatabaseClosedError"]);
const CLOSED = new Set(["MissingAPIError", "OpenFailedError", "InvalidStateError", "SecurityError"]);

function translated(error) {
  for (let cause = error; cause; cause = cause.inner) {
    if (cause.name === "QuotaExceededError") return new StorageFull(cause.message, { cause: error });
  }
  if (OUTDATED.has(error?.name)) return new OutdatedPage(error.message, { cause: error });
  if (CLOSED.has(error?.name)) return new StorageClosed(error.message, { cause: error });
  return error;
}

// Opens the phone's storage. `onOutdated()` is called when another tab brings a newer schema: the page then
// has to be loaded again. `engine` is {indexedDB, IDBKeyRange}, the browser's own unless given.
//
// The store has a table of Dexie's per name of the schema, and `change(tables, work)`: one transaction that
// writes all of its work or nothing. Errors: OutdatedPage, StorageFull, StorageClosed, or what `work` throws.
export function openStore({ name = "fieldapp", schema = SCHEMA, engine, onOutdated = () => {} } = {}) {
  const db = new Dexie(name, { ...engine, chromeTransactionDurability: "strict" });
  for (const { version, tables, upgrade } of schema) {
    const step = db.version(version).stores(tables);
    if (upgrade) step.upgrade(upgrade);
  }
  db.on("versionchange", () => {
    db.close({ disableAutoOpen: true });
    onOutdated();
    return false; // Dexie would open it again, and old code would write into the newer schema
  });
  const tables = Object.fromEntries(db.tables.map((table) => [table.name, table]));

  async function guarded(work) {
    try {
      return await work();
    } catch (error) {
      throw translated(error);
    }
  }

  return {
    ...tables,
    db,
    change: (names, work) => guarded(() => db.transaction("rw", names, work)),
    read: (names, work) => guarded(() => db.transaction("r", names, work)),
    async recall(key) {
      return (await guarded(() => tables.meta.get(key)))?.value;
    },
    remember: (key, value) => guarded(() => tables.meta.put({ key, value })),
    close: () => db.close({ disableAutoOpen: true }),
  };
}

// The account that signed in last on this phone: whose queue the pages show without network; undefined before
// the first login. {id, name}
export const lastUser = (store) => store.recall("user");

// A visit's row with `pending` as its counters have it. Every row is written through here.
export const settled = (row) => ({ ...row, pending: row.edits === row.acknowledged ? 0 : 1 });

// Drops photos of `user` that no visit and no draft of theirs shows any more, and of which nobody else has heard.
// Within a transaction over visits, drafts, photos and pictures. Where the server has been told of a photo, another
// phone may still bring back the visit that shows it: then it waits here for sweepPhotos in sending_photos.js.
export async function dropUnusedPhotos(store, user, digests) {
  const drafts = await store.drafts.where({ user }).toArray();
  const drafted = new Set(drafts.flatMap((draft) => draft.values.photos ?? []));
  for (const sha256 of new Set(digests)) {
    const shown = await store.visits
      .where("body.photos")
      .equals(sha256)
      .filter((row) => row.user === user)
      .count();
    if (shown || drafted.has(sha256)) continue;
    await store.photos.delete([user, sha256]);
    await store.pictures.delete([user, sha256]);
  }
}
