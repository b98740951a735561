"use strict";

/** How long the labs' loops may run for one measurement, all together, in milliseconds. */
const MEASURE_MS = 200;

/** How long a loop must run to be believed, in milliseconds: the page's clock is no finer than a tenth of one. */
const BATCH_MS = 2;

/**
 * Times the cost lab's loops by the page's clock, in slices of some ten milliseconds; between two of them the page goes on.
 * @param {string} plan `name:n,…`, each name with rising n
 * @returns {Promise<string>} `name:n:nanoseconds,…`: what was measured before the time was up
 */
async function timed(plan) {
  /** @type {string[]} */
  const found = [];
  /** Loops that one more step might make too slow for a slice: n grows at most some twentyfold from step to step. */
  const slow = new Set();
  let spent = 0;
  for (const entry of plan.split(",")) {
    const [name = "", n = ""] = entry.split(":");
    if (slow.has(name) || spent > MEASURE_MS) continue;
    await slice();
    const each = once(name, Number(n), (ms) => (spent += ms));
    if (each > BATCH_MS * 0.4) slow.add(name);
    found.push(`${name}:${n}:${Math.max(1, Math.round(each * 1e6))}`);
  }
  return found.join(",");
}

/**
 * Milliseconds that one run takes: as many runs as the clock can tell apart, twice, and the better of the two.
 * @param {string} name
 * @param {number} n
 * @param {(ms: number) => void} spend told of all that is spent
 * @returns {number}
 */
function once(name, n, spend) {
  /** @param {number} times @returns {number} */
  const took = (times) => {
    const start = performance.now();
    wasm_bindgen.cost_run(name, n, times);
    const ms = performance.now() - start;
    spend(ms);
    return ms;
  };
  // What the loop works on is made once, and is not its work.
  took(0);
  let times = 1;
  let ms = took(times);
  while (ms < BATCH_MS && times < 2 ** 24) ms = took((times *= 2));
  return Math.min(ms, took(times)) / times;
}

/** @returns {Promise<void>} after the page has painted and heard whatever there was to hear */
const slice = () => new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
