// What time it is, whatever the phone's clock shows: corrected by what the server last told. Where nothing is known
// of the difference, and where it is small, the phone's own clock counts.
//
// The correction holds as long as nobody sets the clock. While the page is open the ticks witness that; over a gap
// in which it was closed, or the phone slept, only one thing is sure: time did not run backwards. So of the clock
// at the end of a gap two stories are possible:
//   - nobody touched it: then it shows no less than it showed before the gap;
//   - somebody put it right: then it shows no less than what was the true time before the gap.
// Where one of the two is refuted, the other one holds. Where neither is, both give a time that fits and are apart
// by the correction: no rule could tell them apart, so the person is asked, and meanwhile nothing is dated by it. A
// clock that fits neither was set back, and how far nobody but the person knows.
const SLACK = 60_000; // milliseconds; less is a slow network, or seconds that no log is about

// `clock` is the phone's own; `ticks` counts milliseconds that nobody can set, from any beginning.
//
// now()                     -> milliseconds, as the server counts them.
// ahead                     -> how far the phone's clock is ahead of the server's, in milliseconds; 0 where it is right
//                           or nothing is known.
// mark()                    -> what to hand to learn() once the server has answered.
// learn(server_ms, mark)    -> what to keep on the phone, {ahead, wall, known, told, wrong}; null where the clock
//                           was set meanwhile.
// recall(kept)              takes up what was kept, also by another tab; what this page knows already changes nothing.
// seen()                    -> what to keep when the page may end, so that the gap is short; null where all is kept
//                           or in doubt.
// doubt                     -> {shown, corrected}, milliseconds, where the person has to say which of the two it is;
//                           corrected is null where only the clock's own is left. Null where there is no doubt.
// settle(right)             -> what to keep: the person says that the clock is right, or that it is still wrong.
// wrong                     -> {since, by}, milliseconds: what the person said since then was wrong by so much.
// forgive()                 -> what to keep once the person has seen that.
// correct(moment)           -> a moment that the phone's clock gave, as the server counts it.
export function createTime({ clock = { now: () => Date.now() }, ticks = () => performance.now() } = {}) {
  let ahead = 0;
  let last = { wall: clock.now(), ticks: ticks() };
  let taken = null;
  let asking = null; // "either" story, or "set" back

  const mark = () => ({ wall: clock.now(), ticks: ticks() });
  const jumped = (from, to) => to.wall - from.wall - (to.ticks - from.ticks);

  // After a gap over which the clock went on by `gap`, from `before` ahead of the server.
  function resume(before, gap) {
    const untouched = gap >= -SLACK;
    const putRight = gap >= -before - SLACK;
    const isWrong = Math.abs(before) > SLACK;
    ahead = untouched ? before : 0;
    if (!untouched) asking = "set";
    else if (isWrong && putRight && gap > SLACK) asking = "either";
  }

  // The clock may be set while the page is open. Backwards is always that, and the ticks tell by how much, unless
  // they stood still while the phone slept: a fast clock that is fast still by what they tell was rather put right
  // after a sleep.
  function look() {
    const here = mark();
    const jump = jumped(last, here);
    const after = ahead + jump;
    last = here;
    if (jump < -SLACK && ahead > SLACK && after > SLACK) {
      ahead = 0;
      asking = "set";
    } else if (jump < -SLACK) ahead = after;
    else if (jump > SLACK && ahead < -SLACK && Math.abs(after) <= SLACK) ahead = 0;
    else if (jump > SLACK) resume(ahead, jump);
    return here.wall;
  }

  const inUse = () => (Math.abs(ahead) > SLACK ? ahead : 0);

  // `known` is the clock's moment at which something was found out, `wall` the one up to which it was watched since.
  function keep(change = null) {
    const wall = look();
    taken = { told: null, wrong: null, ...taken, ahead, wall };
    if (change) Object.assign(taken, { known: wall }, change);
    return taken;
  }

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
      const before = inUse();
      const told = taken?.told ?? null;
      // The server looked at its clock between the question and the answer.
      ahead = Math.round(here.wall - server - (here.ticks - asked.ticks) / 2);
      last = here;
      asking = null;
      const by = Math.abs(before - inUse());
      const wasWrong = told !== null && by > SLACK;
      return keep({ told: null, ...(wasWrong ? { wrong: { since: told - inUse(), by } } : {}) });
    },
    recall(kept) {
      if (!kept || (taken && kept.known === taken.known)) return;
      taken = kept;
      last = mark();
      asking = null;
      resume(kept.ahead, last.wall - kept.wall);
    },
    seen() {
      const wall = look();
      return !taken || asking || wall === taken.wall ? null : keep();
    },
    get doubt() {
      const shown = look();
      if (!asking) return null;
      return { shown, corrected: asking === "either" ? shown - inUse() : null };
    },
    settle(right) {
      look();
      if (right) ahead = 0;
      asking = null;
      return keep({ told: last.wall });
    },
    get wrong() {
      return taken?.wrong ?? null;
    },
    forgive: () => keep({ wrong: null }),
    correct: (moment) => moment - inUse(),
  };
}

// Of this page.
export const phoneTime = createTime();
export const now = () => phoneTime.now();
