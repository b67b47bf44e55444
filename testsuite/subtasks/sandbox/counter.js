// Counts words: what an agent starts as a task.
export const words = {
  count(text) {
    switch (text) {
      case "":
        throw { tag: "empty" };
      case "spin":
        for (;;) {}
      case "raise":
        throw new Error("no such words");
      case "eat":
        for (const hoard = []; ; ) hoard.push(new Uint8Array(1 << 20).fill(1));
    }
    const times = new Map();
    for (const word of text.split(/\s+/)) times.set(word, (times.get(word) ?? 0) + 1);
    return [...times].map(([text, times]) => ({ text, times }));
  },
};
