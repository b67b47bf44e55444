// Reviews earthquakes. This file runs in the sandbox, and nothing else does.

import { report } from 'demo:quakes/progress@0.1.0';

/** @type {typeof import('demo:quakes/review@0.1.0').summarize} */
export function summarize(quakes, window) {
  let start = -Infinity;
  let end = Infinity;
  if (window.tag === 'since') {
    start = Number(window.val);
  } else if (window.tag === 'between') {
    start = Number(window.val.startMs);
    end = Number(window.val.endMs);
    if (end < start) {
      throw { tag: 'bad-window', val: `it ends ${start - end} ms before it starts` };
    }
  }

  const chosen = [];
  for (const [index, quake] of quakes.entries()) {
    if (!(quake.magnitude >= -2 && quake.magnitude <= 10)) {
      throw { tag: 'bad-quake', val: [index, `magnitude ${quake.magnitude} is impossible`] };
    }
    if (quake.timeMs >= start && quake.timeMs < end) {
      chosen.push(quake);
    }
    if ((index + 1) % 500 === 0 || index + 1 === quakes.length) {
      report(index + 1, quakes.length);
    }
  }
  if (chosen.length === 0) {
    throw { tag: 'no-data' };
  }

  const regions = new Map();
  let strongest = chosen[0];
  let magnitudes = 0;
  let energy = 0;
  for (const quake of chosen) {
    const region = regionOf(quake.place);
    regions.set(region, (regions.get(region) ?? 0) + 1);
    magnitudes += quake.magnitude;
    energy += 10 ** (4.8 + 1.5 * quake.magnitude);
    if (
      quake.magnitude > strongest.magnitude ||
      (quake.magnitude === strongest.magnitude && quake.timeMs < strongest.timeMs)
    ) {
      strongest = quake;
    }
  }
  const ranked = [...regions].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return {
    count: chosen.length,
    strongest,
    meanMagnitude: magnitudes / chosen.length,
    energyJoules: energy,
    regions: ranked.slice(0, 5),
  };
}

/**
 * The last part of `22km NNE of Hualian, Taiwan`: Taiwan.
 *
 * @param {string} place
 * @returns {string}
 */
function regionOf(place) {
  return place.slice(place.lastIndexOf(', ') + 1).trim();
}
