"""A bot that goes for the food by the shortest way there is."""

from collections import deque

import wit_world
from wit_world.imports.game import Board, Direction

STEPS = {
    Direction.UP: (0, -1),
    Direction.RIGHT: (1, 0),
    Direction.DOWN: (0, 1),
    Direction.LEFT: (-1, 0),
}


class WitWorld(wit_world.WitWorld):
    def move(self, board: Board) -> Direction:
        taken = {(s.x, s.y) for s in board.you + board.rival}
        head = (board.you[0].x, board.you[0].y)
        food = (board.food.x, board.food.y)

        def open_squares(x: int, y: int):
            for direction, (dx, dy) in STEPS.items():
                to = (x + dx, y + dy)
                if (
                    0 <= to[0] < board.width
                    and 0 <= to[1] < board.height
                    and to not in taken
                ):
                    yield direction, to

        # Breadth first: the first way that reaches the food is a shortest one.
        queue = deque((to, direction) for direction, to in open_squares(*head))
        seen = {to for to, _ in queue}
        first = queue[0][1] if queue else Direction.UP
        while queue:
            square, direction = queue.popleft()
            if square == food:
                return direction
            for _, to in open_squares(*square):
                if to not in seen:
                    seen.add(to)
                    queue.append((to, direction))
        return first
