// Gives maps back, made anew.
function copy(map) {
  return new Map([...map].map(([k, v]) => [k, v instanceof Map ? copy(v) : v]));
}

export const dictionaries = { counts: copy, names: copy, nested: copy };
