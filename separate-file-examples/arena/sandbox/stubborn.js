// A bot that thinks for ever: what a player does who hopes to hold up the game.

/** @type {typeof import('demo:arena/bot@0.1.0').move} */
export function move() {
  for (;;);
}
