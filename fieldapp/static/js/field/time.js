// What time it is, whatever the phone's clock shows: corrected by what the server last told. Where nothing is known
// of the difference, and where it is small, the phone's own clock counts.
const SLACK = 60_000; // milliseconds; less is a slow network, or seconds that no log is about

// `clock` is the phone's own; `ticks` counts milliseconds that nobody can set, from any beginning.
//
// now()                     -> milliseconds, as the server counts them.
// ahead                     -> how far the phone's clock is ahead of the server's, in milliseconds; 0 where it is right
//                           or nothing is known.
// mark()                    -> what to hand to learn() once the server has answered.
// learn(server_ms, mark)    -> what to keep on the phone, {ahead, wall}; null where the clock was set meanwhile.
// recall(kept)              takes up what was kept, also by another tab.
// correct(moment)           -> a moment that the phone's clock gave, as the server counts it.
export function createTime({ clock = { now: () => Date.now() }, ticks = () => performance.now() } = {}) {
  let ahead = 0;
  let last = { wall: clock.now(), ticks: ticks() };
  let taken = null;

  const mark = () => ({ wall: clock.now(), ticks: ticks() });
  const jumped = (from, to) => to.wall - from.wall - (to.ticks - from.ticks);

  // The clock may be set while the page is open. Backwards is always that. Forwards may be a phone that slept, while
  // the ticks stood still; it was set only where that puts right a clock that was slow.
  function look() {
    const here = mark();
    const jump = jumped(last, here);
    if (jump < -SLACK) ahead += jump;
    else if (jump > SLACK && ahead < -SLACK && Math.abs(ahead + jump) <= SLACK) ahead = 0;
    last = here;
    return here.wall;
  }

  const inUse = () => (Math.abs(ahead) > SLACK ? ahead : 0);

  return {
    now() {
      const wall = look();
      return wall - inUse();
    },
    get ahead() {
      look();
      return inUse();
    },
    mark,
    learn(server, asked) {
      const here = mark();
      if (Math.abs(jumped(asked, here)) > SLACK) return null;
      // The server looked at its clock between the question and the answer.
      ahead = Math.round(here.wall - server - (here.ticks - asked.ticks) / 2);
      last = here;
      taken = { ahead, wall: here.wall };
      return taken;
    },
    recall(kept) {
      if (!kept || kept.wall === taken?.wall) return;
      taken = kept;
      last = mark();
      // A clock that shows less than then was set since: nothing is known of it any more.
      ahead = last.wall < kept.wall - SLACK ? 0 : kept.ahead;
    },
    correct: (moment) => moment - inUse(),
  };
}

// Of this page.
export const phoneTime = createTime();
export const now = () => phoneTime.now();
