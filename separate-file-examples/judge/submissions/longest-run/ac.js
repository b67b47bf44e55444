const longest_run = (text) => {
  const last = new Map();
  let start = 0;
  let best = 0;
  for (let i = 0; i < text.length; i++) {
    start = Math.max(start, (last.get(text[i]) ?? -1) + 1);
    last.set(text[i], i);
    best = Math.max(best, i - start + 1);
  }
  return best;
};
