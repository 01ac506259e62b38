// What the persons of a history did and what their phones told them, and whether the end is true to it.
import assert from "node:assert/strict";
import { digestOf } from "../phone.mjs";

export function openLedger(seed) {
  const visits = new Map();
  const released = new Set();

  const entry = (id) => {
    if (!visits.has(id)) {
      visits.set(id, {
        contents: [],
        deletions: [],
        phones: new Set(),
        told: [],
        born: null,
        settled: false,
      });
    }
    return visits.get(id);
  };

  const say = (id, what) => `seed ${seed}, visit ${id}: ${what}`;

  return {
    visits,
    // `certain` is false where the phone was killed before it said that it had kept it.
    wrote(id, handset, content, certain) {
      const visit = entry(id);
      visit.born ??= handset.name;
      visit.phones.add(handset.name);
      visit.contents.push({ content, certain, phone: handset.name });
    },
    deleted(id, handset, certain) {
      const visit = entry(id);
      visit.phones.add(handset.name);
      visit.deletions.push({ certain, after: visit.contents.length });
    },
    settled(id, handset) {
      const visit = entry(id);
      visit.phones.add(handset.name);
      visit.settled = true;
    },
    carried(id, handset) {
      entry(id).phones.add(handset.name);
    },

    // What a phone shows at this moment, or has on its disk after it was killed.
    async look(handset) {
      const seen = await handset.attempt(async ({ store }) => ({
        rows: await store.visits.toArray(),
        pictures: new Set((await store.pictures.toCollection().primaryKeys()).map(([, digest]) => digest)),
        photos: (await store.photos.toCollection().primaryKeys()).map(([, digest]) => digest),
      }));
      if (!seen.done) return;
      const { rows, pictures, photos } = seen.value;
      const here = new Map(rows.map((row) => [row.id, row]));
      for (const row of rows.filter(({ id }) => visits.has(id))) {
        const visit = visits.get(row.id);
        if (!row.pending && !row.deleted && !row.conflict) {
          visit.told.push({ revision: row.base_revision, content: row.body.content });
        }
        const single = visit.phones.size <= 1 && visit.born === handset.name;
        if (single) assert.equal(row.conflict, null, say(row.id, "a conflict of a phone with itself"));
        assert.equal(row.attention, null, say(row.id, `refused: ${JSON.stringify(row.attention)}`));
      }
      for (const [id, visit] of visits) {
        if (visit.born !== handset.name || here.has(id) || visit.deletions.length) continue;
        const kept = visit.contents.some(({ certain, phone }) => certain && phone === handset.name);
        assert.ok(!kept, say(id, `is on ${handset.name} no more, though nobody deleted it`));
      }
      // The bytes go only where the server has them.
      const shown = new Set(rows.flatMap((row) => row.body.photos));
      for (const digest of photos) if (!pictures.has(digest) && shown.has(digest)) released.add(digest);
    },

    // At the end, when every phone has synced over a calm network: `documents` is what the server says, by id.
    async settle(handsets, documents, photoOf) {
      for (const [id, visit] of visits) {
        const document = documents.get(id);
        const single = visit.phones.size <= 1;
        const last = visit.contents.at(-1);
        const wish = visit.deletions.at(-1);
        const certain = visit.contents.filter((content) => content.certain);
        if (!document) {
          // Only what was never kept, or was deleted before anybody heard of it.
          const possible = certain.length === 0 || wish;
          assert.ok(possible, say(id, "is not on the server"));
          assert.equal(visit.told.length, 0, say(id, "was called sent and is not on the server"));
          continue;
        }
        if (document.deleted) {
          assert.ok(wish, say(id, "is deleted, though nobody did that"));
          continue;
        }
        const contents = visit.contents.map(({ content }) => content);
        assert.ok(
          contents.includes(document.content),
          say(id, `has a content that nobody wrote: ${document.content}`),
        );
        for (const { revision, content } of visit.told) {
          assert.ok(document.revision >= revision, say(id, "went back behind what was acknowledged"));
          if (document.revision === revision) {
            assert.equal(document.content, content, say(id, "is not what was acknowledged"));
          }
        }
        if (single && wish?.certain && wish.after === visit.contents.length) {
          assert.fail(say(id, "was deleted and is still on the server"));
        }
        if (single && last.certain && !wish) {
          assert.equal(document.content, last.content, say(id, "is not what was written last"));
        }
        if (single && !last.certain && !wish) {
          const from = contents.lastIndexOf(certain.at(-1)?.content);
          assert.ok(contents.indexOf(document.content) >= from, say(id, "is older than what was kept"));
        }
        assert.deepEqual(document.photos_awaited, [], say(id, "awaits photos"));
        for (const digest of document.photos) released.add(digest);
      }
      for (const digest of released) {
        assert.equal(digestOf(await photoOf(digest)), digest, `seed ${seed}: photo ${digest} is lost`);
      }
      for (const handset of handsets) await this.agrees(handset, documents);
    },

    async agrees(handset, documents) {
      const { value: rows } = await handset.attempt(({ store }) => store.visits.toArray());
      const own = rows.filter((row) => row.user === handset.person.user && visits.has(row.id));
      for (const row of own) {
        const document = documents.get(row.id);
        assert.equal(row.pending, 0, say(row.id, `still waits on ${handset.name}`));
        assert.ok(document && !document.deleted, say(row.id, `is on ${handset.name} and not on the server`));
        assert.equal(row.base_revision, document.revision, say(row.id, `revision on ${handset.name}`));
        assert.equal(row.body.content, document.content, say(row.id, `content on ${handset.name}`));
        assert.deepEqual(row.body.photos, document.photos, say(row.id, `photos on ${handset.name}`));
      }
      const here = new Set(own.map((row) => row.id));
      for (const [id, document] of documents) {
        if (!visits.has(id) || document.deleted || document.user !== handset.person.user) continue;
        assert.ok(here.has(id), say(id, `is on the server and not on ${handset.name}`));
      }
    },
  };
}
