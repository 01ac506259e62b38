// Runs histories against the real server. Environment:
//   INSTALLATION  the file of installation.py
//   SEED          the first seed; a failing one is replayed by SEED=n COUNT=1
//   COUNT         how many, LANES how many at once, SECONDS after which no other is begun
//   KILL_EVERY    after how many histories the server is killed and started again; 0 for never
// Prints one JSON document: {count, failures: [{seed, message, history}], server, ...}; server is what it wrote last,
// where something failed.
import { readFileSync } from "node:fs";
import { chanceOf } from "./chance.mjs";
import { runHistory } from "./history.mjs";
import { picturesFrom } from "./pictures.mjs";
import { openServer } from "./server_process.mjs";

const number = (name, otherwise) => Number(process.env[name] ?? otherwise);
const installation = JSON.parse(readFileSync(process.env.INSTALLATION, "utf8"));
const first = number("SEED", 1);
const count = number("COUNT", 20);
const lanes = number("LANES", 6);
const killEvery = number("KILL_EVERY", 10);
const seconds = number("SECONDS", Infinity);

const server = openServer(installation);
await server.start();
let restarting = Promise.resolve();

const failures = [];
const totals = {};
let next = 0;
let done = 0;
const begun = Date.now();

const timeIsUp = () => (Date.now() - begun) / 1000 > seconds;

// Every lane has people of its own, so that histories at one time do not meet.
const share = Math.floor(installation.people.length / lanes);
async function lane(index) {
  const people = installation.people.slice(index * share, (index + 1) * share);
  for (let turn = 0; next < count && !timeIsUp(); turn += 1) {
    const seed = first + next;
    next += 1;
    const two = [people[(2 * turn) % share], people[(2 * turn + 1) % share]];
    try {
      const told = await runHistory({
        seed,
        people: two,
        port: installation.port,
        pictureOf: picturesFrom(installation.jpegs),
        serverUp: () => restarting,
      });
      for (const [name, amount] of Object.entries(told)) totals[name] = (totals[name] ?? 0) + amount;
    } catch (error) {
      failures.push({ seed, message: error.stack, history: error.history });
      process.stderr.write(`seed ${seed}: ${error.message}\n`);
    }
    done += 1;
  }
}

const chance = chanceOf(first);
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
async function killer() {
  if (!killEvery) return;
  for (let due = Math.ceil(killEvery / 2); due < count - 1; due += killEvery) {
    while (done < due && !timeIsUp()) await pause(20);
    if (timeIsUp()) return;
    await pause(chance.upTo(300));
    restarting = server.killAndRestart();
    await restarting;
  }
}

await Promise.all([killer(), ...Array.from({ length: lanes }, (_, index) => lane(index))]);
await server.stop();
const told = {
  count: done,
  first,
  seconds: (Date.now() - begun) / 1000,
  kills: server.kills,
  ...totals,
  failures,
};
if (failures.length) told.server = server.told;
process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0));
