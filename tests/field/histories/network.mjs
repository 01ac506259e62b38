// A bad network: a TCP proxy between a phone and the server that cuts a connection after some byte of either
// direction, holds bytes back, delivers a request after its sender has given up, and delivers requests twice.
import net from "node:net";

const CALM = { cut: 0, slow: 0, late: 0, twice: 0, down: false };
const LONGEST_PAUSE = 40; // milliseconds

export async function openNetwork({ port, chance }) {
  let weather = CALM;
  const sockets = new Set();
  const pending = new Set();
  const counts = { connections: 0, cut: 0, slow: 0, late: 0, twice: 0 };

  const later = (milliseconds, work) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        pending.delete(entry);
        work();
        resolve();
      }, milliseconds);
      const entry = { timer, resolve };
      pending.add(entry);
    });

  function followed(socket) {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    return socket;
  }

  // A request that arrives when nobody waits for its answer any more.
  const deliver = (bytes) => {
    const socket = followed(net.connect(port, "127.0.0.1"));
    socket.resume();
    socket.end(bytes);
  };

  // Which fate a connection has, and after how many bytes: most requests have less than 2 000, photos more.
  function fateOf() {
    const kind = chance.weighted({
      none: 1,
      cut: weather.cut,
      slow: weather.slow,
      late: weather.late,
      twice: weather.twice,
    });
    const after = chance.is(0.5) ? chance.upTo(1500) : chance.upTo(60_000);
    return { kind, after, downward: chance.is(0.5), pause: chance.upTo(LONGEST_PAUSE) };
  }

  const proxy = net.createServer((phone) => {
    followed(phone);
    counts.connections += 1;
    if (weather.down) {
      phone.destroy();
      return;
    }
    const fate = fateOf();
    if (fate.kind !== "none") counts[fate.kind] += 1;
    const sent = [];
    if (fate.kind === "late") {
      // The phone gives up; the server hears of it afterwards.
      phone.on("data", (bytes) => sent.push(bytes));
      later(fate.pause, () => phone.destroy());
      phone.on("close", () => later(fate.pause, () => deliver(Buffer.concat(sent))));
      return;
    }
    const server = followed(net.connect(port, "127.0.0.1"));
    const left = { up: Infinity, down: Infinity };
    if (fate.kind === "cut") left[fate.downward ? "down" : "up"] = fate.after;
    const forward = (from, to, direction) => {
      from.on("data", (bytes) => {
        if (direction === "up" && fate.kind === "twice") sent.push(bytes);
        const passing = bytes.subarray(0, left[direction]);
        left[direction] -= passing.length;
        const pass = () => {
          if (!to.destroyed && passing.length) to.write(passing);
          if (left[direction] <= 0) {
            // What was let through still arrives.
            to.end();
            later(1, () => {
              phone.destroy();
              server.destroy();
            });
          }
        };
        if (fate.kind === "slow") {
          from.pause();
          later(fate.pause, () => {
            pass();
            from.resume();
          });
        } else pass();
      });
      from.on("end", () => to.end());
      from.on("close", () => later(fate.kind === "slow" ? LONGEST_PAUSE : 0, () => to.destroy()));
    };
    forward(phone, server, "up");
    forward(server, phone, "down");
    if (fate.kind === "twice") {
      phone.on("close", () => later(fate.pause, () => deliver(Buffer.concat(sent))));
    }
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));

  return {
    origin: `http://127.0.0.1:${proxy.address().port}`,
    counts,
    become(next) {
      weather = { ...CALM, ...next };
      if (weather.down) for (const socket of sockets) socket.destroy();
    },
    calm() {
      weather = CALM;
    },
    // Whatever still is under way arrives now or never.
    async settle() {
      await Promise.all(
        [...pending].map(
          (entry) =>
            new Promise((done) => {
              const { resolve } = entry;
              entry.resolve = resolve;
              setTimeout(done, LONGEST_PAUSE + 5);
            }),
        ),
      );
    },
    async close() {
      for (const { timer } of pending) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
