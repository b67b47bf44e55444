// A bot that goes where it has the most room, and to the food if that is near.

const STEPS = { up: [0, -1], right: [1, 0], down: [0, 1], left: [-1, 0] };

/** @type {typeof import('demo:arena/bot@0.1.0').move} */
export function move({ width, height, food, you, rival }) {
  const taken = new Set([...you, ...rival].map(({ x, y }) => y * width + x));

  /** @param {number} x @param {number} y */
  const isOpen = (x, y) => x >= 0 && x < width && y >= 0 && y < height && !taken.has(y * width + x);

  /** How many squares can be reached from one. @param {number} x @param {number} y */
  const room = (x, y) => {
    const seen = new Set([y * width + x]);
    const todo = [[x, y]];
    for (const [x, y] of todo) {
      for (const [dx, dy] of Object.values(STEPS)) {
        if (isOpen(x + dx, y + dy) && !seen.has((y + dy) * width + x + dx)) {
          seen.add((y + dy) * width + x + dx);
          todo.push([x + dx, y + dy]);
        }
      }
    }
    return seen.size;
  };

  /** @type {import('demo:arena/game@0.1.0').Direction} */
  let best = 'up';
  let most = -1;
  for (const [direction, [dx, dy]] of Object.entries(STEPS)) {
    const [x, y] = [you[0].x + dx, you[0].y + dy];
    if (!isOpen(x, y)) continue;
    const distance = Math.abs(x - food.x) + Math.abs(y - food.y);
    const worth = room(x, y) * 100 - distance;
    if (worth > most) {
      most = worth;
      best = /** @type {import('demo:arena/game@0.1.0').Direction} */ (direction);
    }
  }
  return best;
}
