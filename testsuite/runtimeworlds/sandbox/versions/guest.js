// Two versions of one interface, by their whole names.

const old = { x: () => 1, y: (a) => 1 + a };
const current = { x: () => 2, z: (a, b) => 2 + a + b };

export { old as "mirror:dep/test@0.1.0", current as "mirror:dep/test@0.2.0" };
