// Chance with a seed: the same seed gives the same choices.
export function chanceOf(seed) {
  let state = seed >>> 0;
  // mulberry32
  const draw = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    draw,
    upTo: (n) => Math.floor(draw() * n),
    is: (probability) => draw() < probability,
    of: (list) => list[Math.floor(draw() * list.length)],
    weighted(table) {
      const entries = Object.entries(table).filter(([, weight]) => weight > 0);
      let left = draw() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) {
        left -= weight;
        if (left < 0) return name;
      }
      return entries.at(-1)[0];
    },
    fork: () => chanceOf(Math.floor(draw() * 2 ** 32)),
  };
}
