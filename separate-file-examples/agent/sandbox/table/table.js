// What a table's numbers come to. This file runs in a sandbox of its own, once
// for each call.

/** @typedef {import('demo:agent/table@0.1.0').Group} Group */

/** @type {typeof import('demo:agent/table@0.1.0')} */
export const table = {
  summarize(csv, value, by) {
    const [header, ...rows] = parse(csv);
    const [valueAt, byAt] = [value, by].map((name) => {
      const at = header.indexOf(name);
      if (at < 0) throw { tag: 'no-column', val: name };
      return at;
    });
    /** @type {Map<string, Group>} */
    const groups = new Map();
    rows.forEach((row, i) => {
      const text = row[valueAt] ?? '';
      const n = text.trim() === '' ? NaN : Number(text);
      if (!Number.isFinite(n)) throw { tag: 'not-a-number', val: [i + 2, text] };
      const name = row[byAt] ?? '';
      const g = groups.get(name) ?? { name, count: 0, sum: 0, min: n, max: n };
      groups.set(name, { name, count: g.count + 1, sum: g.sum + n, min: Math.min(g.min, n), max: Math.max(g.max, n) });
    });
    return [...groups.values()].sort((a, b) => b.sum - a.sum);
  },
};

/**
 * The rows of a table in CSV; texts in quotes may hold commas, and "" for a quote.
 *
 * @param {string} csv
 * @returns {string[][]}
 */
function parse(csv) {
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n)/y;
  /** @type {string[][]} */
  const rows = [];
  const text = csv.endsWith('\n') ? csv : `${csv}\n`;
  for (let row = []; cell.lastIndex < text.length; ) {
    const found = cell.exec(text);
    if (!found) throw new Error('not a table in CSV');
    row.push(found[1].startsWith('"') ? found[1].slice(1, -1).replaceAll('""', '"') : found[1]);
    if (found[2] !== ',') {
      rows.push(row);
      row = [];
    }
  }
  return rows.length > 0 ? rows : [[]];
}
