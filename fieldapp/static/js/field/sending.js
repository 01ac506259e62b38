// One visit's way to the server. Nothing counts as sent before the server has answered for it with the same id and
// the same content; what is changed here meanwhile stays to be sent.
import { bodyOf, sameContent } from "./content.js";
import { ApiError } from "./failures.js";
import { settled } from "./store.js";

const MOST_STEPS = 8; // of one visit in one run: put, rebase, put again, delete ...

const sendable = (row) => row?.pending && !row.conflict && !row.attention;

// The next thing to tell the server of a visit. One that is to be deleted, but may have arrived in a send that was
// never answered for, is sent once more first: only what the server has can leave a tombstone, and only a tombstone
// stops a request that is still under way.
function stepOf(row) {
  const { base_revision, attempts, edits } = row;
  if (!row.deleted) return { method: "put", edits, body: row.body, base_revision };
  if (base_revision !== null) return { method: "delete", edits, base_revision };
  return { method: "put", ...attempts.at(-1), base_revision };
}

// Notes in the same transaction what is about to leave: after a restart the phone knows what may have arrived.
const begin = (store, id) =>
  store.change(["visits"], async () => {
    const row = await store.visits.get(id);
    if (!sendable(row)) return null;
    const step = stepOf(row);
    if (step.method === "put" && !row.attempts.some((attempt) => attempt.edits === step.edits)) {
      row.attempts.push({ edits: step.edits, body: step.body });
      await store.visits.put(row);
    }
    return step;
  });

function check(document, id, step) {
  const answered =
    document.id === id &&
    Number.isInteger(document.revision) &&
    document.revision >= 1 &&
    !document.deleted &&
    sameContent(bodyOf(document), step.body);
  if (!answered) throw new ApiError("nonsense", { code: "answer.differs" });
}

const acknowledge = (store, id, step, document) =>
  store.change(["visits"], async () => {
    const row = await store.visits.get(id);
    if (!row) return;
    // Another tab may have gone further meanwhile.
    if (row.base_revision !== step.base_revision && row.base_revision > document.revision) return;
    const acknowledged = Math.max(row.acknowledged, step.edits);
    const attempts = row.attempts.filter((attempt) => attempt.edits > step.edits);
    await store.visits.put(
      settled({ ...row, acknowledged, attempts, base_revision: document.revision, document }),
    );
  });

// The row stays, hidden, until the feed brings the tombstone: an answer without content proves little. Where the
// tombstone has been seen before, all is said.
const acknowledgeDeletion = (store, id, step) =>
  store.change(["visits"], async () => {
    const row = await store.visits.get(id);
    if (!row) return;
    if (row.edits === step.edits && row.document?.deleted) return store.visits.delete(id);
    await store.visits.put(settled({ ...row, acknowledged: Math.max(row.acknowledged, step.edits) }));
  });

// -> whether to go on at once. Where the stored version is one that this phone sent without hearing of it, it is no
// conflict: go on from there. Anything else is for the person to choose.
const meet = (store, id, { code, visit: stored }) =>
  store.change(["visits"], async () => {
    const row = await store.visits.get(id);
    if (!row || stored.id !== id) return false;
    if (stored.deleted && row.deleted) {
      await store.visits.delete(id);
      return false;
    }
    const own = (attempt) => sameContent(attempt.body, bodyOf(stored));
    const ours = !stored.deleted && (stored.revision === row.base_revision || row.attempts.some(own));
    if (ours) await store.visits.put({ ...row, document: stored, base_revision: stored.revision });
    else await store.visits.put({ ...row, document: stored, conflict: { code, visit: stored } });
    return ours;
  });

// -> whether to go on at once. The server has none such though it answered for it once (it was restored from an older backup): send it as new.
const startOver = (store, id, step) =>
  store.change(["visits"], async () => {
    const row = await store.visits.get(id);
    if (!row) return false;
    if (step.method === "delete") {
      await store.visits.delete(id);
      return false;
    }
    await store.visits.put({ ...row, base_revision: null });
    return true;
  });

const refuse = (store, id, step, error) =>
  store.change(["visits"], async () => {
    const row = await store.visits.get(id);
    if (!row) return;
    if (row.deleted && row.base_revision === null) {
      await store.visits.delete(id); // it never was there, and is wanted no more
    } else if (row.edits === step.edits) {
      const { code, message, errors } = error;
      await store.visits.put({ ...row, attention: { code, message, errors } });
    }
  });

// Sends one visit until nothing of it waits or something stands in the way.
async function sendVisit({ store, api, now }, id) {
  for (let count = 0; count < MOST_STEPS; count += 1) {
    const step = await begin(store, id);
    if (!step) return;
    now({ visit: id });
    try {
      if (step.method === "delete") {
        await api.deleteVisit(id, step.base_revision);
        await acknowledgeDeletion(store, id, step);
      } else {
        const document = await api.putVisit(id, step.body, step.base_revision);
        check(document, id, step);
        await acknowledge(store, id, step, document);
      }
    } catch (error) {
      if (error.kind === "conflict") {
        if (!(await meet(store, id, error))) return;
      } else if (error.status === 404 && error.kind === "refused" && step.base_revision !== null) {
        if (!(await startOver(store, id, step))) return;
      } else if (error.kind === "refused") {
        await refuse(store, id, step, error);
        return;
      } else throw error;
    } finally {
      now({ visit: null });
    }
  }
}

// Troubles that may lie in one visit alone: the ones behind it in the queue get their turn.
const PASSING = new Set(["server", "nonsense"]);
const MOST_TROUBLES = 2;

// Sends whatever waits of `user`, the oldest first. Throws the ApiError that stands in the way of all, or the first
// of those that only concerned some.
export async function sendVisits(work, user) {
  const { store } = work;
  const rows = await store.visits.where({ user, pending: 1 }).toArray();
  const queue = rows.filter(sendable).sort((a, b) => a.saved_at - b.saved_at);
  const troubles = [];
  for (const { id } of queue) {
    try {
      await sendVisit(work, id);
    } catch (error) {
      if (!PASSING.has(error.kind)) throw error;
      troubles.push(error);
      if (troubles.length >= MOST_TROUBLES) break;
    }
  }
  return troubles[0] ?? null;
}

// Sends what the person answered to reviewers. The same id twice is one answer.
export async function sendAnswers({ store, api }, user) {
  for (const { id, visit_id, text, attention } of await store.answers.where({ user }).toArray()) {
    const visit = await store.visits.get(visit_id);
    if (attention || visit?.base_revision === null) continue;
    try {
      await api.answerQuestion(visit_id, id, text);
      await store.answers.delete(id);
    } catch (error) {
      if (error.kind !== "refused") throw error;
      const { code, message } = error;
      await store.answers.update(id, { attention: { code, message } });
    }
  }
}
