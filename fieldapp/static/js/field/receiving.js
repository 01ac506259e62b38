// What the server has to tell: visits from other phones, corrections, reviews, grades, questions, photos that have
// arrived. Pages through the change feed; each page and its cursor are kept in one transaction.
import { bodyOf } from "./content.js";
import { ApiError } from "./failures.js";
import { settled } from "./store.js";

const PAGE = 100; // visits

const cursorOf = (user) => `cursor:${user}`;

function rowOf(document, user) {
  return settled({
    id: document.id,
    user,
    body: bodyOf(document),
    deleted: false,
    edits: 0,
    acknowledged: 0,
    base_revision: document.revision,
    attempts: [],
    document,
    conflict: null,
    attention: null,
    saved_at: Date.parse(document.received_at) || 0,
  });
}

// What becomes of a row when the server tells of its visit: the row as it shall be, null for none, undefined for
// leave it. What the person changed here is never overwritten.
export function reconciled(row, document, user) {
  if (!row) return document.deleted ? undefined : rowOf(document, user);
  if (row.user !== user || document.revision < (row.base_revision ?? 0)) return undefined;
  if (document.deleted) {
    if (row.deleted || !row.pending) return null;
    // Brought back here on purpose, and about to be sent.
    if (row.base_revision === document.revision && !row.conflict) return { ...row, document };
    return { ...row, document, conflict: { code: "visit.deleted", visit: document } };
  }
  if (row.conflict) return { ...row, document, conflict: { code: "visit.changed", visit: document } };
  if (row.pending) return { ...row, document };
  // A deletion that was answered for, though the server still shows what it deleted: see awaitTombstones.
  if (row.deleted && document.revision === row.base_revision) return { ...row, document };
  const attention = document.revision === row.base_revision ? row.attention : null;
  return {
    ...row,
    document,
    body: bodyOf(document),
    base_revision: document.revision,
    deleted: false,
    attention,
  };
}

const isPage = (page) => Array.isArray(page.visits) && typeof page.next === "string";

function keepPage(store, user, page) {
  return store.change(["visits", "meta"], async () => {
    for (const document of page.visits) {
      const row = await store.visits.get(document.id);
      const next = reconciled(row, document, user);
      if (next === undefined) continue;
      if (next === null) await store.visits.delete(row.id);
      else await store.visits.put(settled(next));
    }
    await store.meta.put({ key: cursorOf(user), value: page.next });
  });
}

// A deletion is over when its tombstone has been seen. Where all has been read and none came, the answer came from
// somebody else: it is sent again.
const awaitTombstones = (store, user) =>
  store.change(["visits"], async () => {
    const rows = await store.visits.where({ user, pending: 0 }).toArray();
    for (const row of rows.filter(({ deleted }) => deleted)) {
      await store.visits.put(settled({ ...row, edits: row.edits + 1 }));
    }
  });

async function nextPage({ store, api }, user) {
  const cursor = (await store.recall(cursorOf(user))) ?? null;
  try {
    const page = await api.changes(cursor, PAGE);
    if (!isPage(page) || (page.more && page.next === cursor)) throw new ApiError("nonsense");
    return page;
  } catch (error) {
    if (error.kind !== "refused" || cursor === null) throw error;
    // The server knows this cursor no more (it was restored from a backup): read from the beginning.
    await store.remember(cursorOf(user), null);
    return nextPage({ store, api }, user);
  }
}

// Reads whatever changed since the last time. Throws ApiError.
export async function receiveChanges(work, user) {
  let more = true;
  while (more) {
    const page = await nextPage(work, user);
    await keepPage(work.store, user, page);
    ({ more } = page);
  }
  await awaitTombstones(work.store, user);
}
