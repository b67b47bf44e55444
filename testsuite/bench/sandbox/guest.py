import wit_world


class WitWorld(wit_world.WitWorld):
    def greet(self, name: str) -> str:
        return f"Hello, {name}!"

    def compute(self, n: int) -> float:
        total = 0
        for i in range(n):
            total += i * i
        return float(total)
