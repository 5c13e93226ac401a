// Choices that a seed decides, so that a run can be repeated.

/** A source of numbers in [0, 1): mulberry32. */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    /** A whole number from 0 to n - 1. */
    below: (n) => Math.floor(next() * n),
    /** True in so many of a hundred cases. */
    percent: (n) => next() * 100 < n,
    /** One of a list; undefined of an empty one. */
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}
