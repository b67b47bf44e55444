"""The agent: a loop between a model and tools. It does whatever the model says,
and has no rules of its own: what it may do is up to its sandbox.
"""

import inspect
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import web
from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.assistant import Model
from wit_world.imports import evaluator, table

STEPS = 12
SYSTEM = "You answer questions about the table /data/orders.csv. Use the tools."


class Tools:
    """What the model may call: each method, by its signature and docstring."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def preview(self, file: str) -> str:
        """The first lines of a file in /data."""
        return "\n".join(Path(file).read_text().splitlines()[:6])

    def summarize(self, file: str, value: str, by: str) -> str:
        """Count, sum, min and max of a column, one group for each text in another."""
        groups = table.summarize(Path(file).read_text(), value, by)  # a task
        return json.dumps([asdict(group) for group in groups])

    def python(self, source: str) -> str:
        """Runs a program. Returns its output and the value of its last expression."""
        return evaluator.evaluate(source)  # a task

    def fetch(self, url: str) -> str:
        """What is at a URL."""
        status, text = web.send("GET", url, {})
        return f"{status} {text}"

    def settings(self) -> str:
        """How this agent is set up."""
        return json.dumps(asdict(self._model))


class Assistant(exports.Assistant):
    def answer(self, question: str, by: Model) -> str:
        tools = Tools(by)
        messages = [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": question},
        ]
        for _ in range(STEPS):
            try:
                message = ask(by, messages)
            except (OSError, ValueError, LookupError, TypeError) as e:
                raise Err(f"the model can't be asked: {e}") from e
            messages.append(message)
            if not message.get("tool_calls"):
                return str(message.get("content"))
            messages += [use(tools, call) for call in message["tool_calls"]]
        raise Err(f"no answer after {STEPS} steps")


def ask(model: Model, messages: list[dict]) -> dict:
    """The model's next message."""
    body = {"model": model.name, "messages": messages, "tools": SCHEMA}
    status, text = web.send(
        "POST",
        model.url + "/chat/completions",
        {"content-type": "application/json", "authorization": f"Bearer {model.key}"},
        json.dumps(body).encode(),
    )
    if status != 200:
        raise OSError(f"status {status}: {text[:500]}")
    return json.loads(text)["choices"][0]["message"]


def use(tools: Tools, call: dict) -> dict:
    """What a tool says. Its failure is text too: the model should know."""
    name, arguments = call["function"]["name"], call["function"]["arguments"]
    try:
        if name not in METHODS:
            raise LookupError(f"there is no tool {name}")
        result = getattr(tools, name)(**json.loads(arguments))
    except Err as e:
        result = told(e.value)
    except (OSError, ValueError, LookupError, TypeError) as e:
        result = f"error: {e}"
    print(f"{name} {arguments}\n  -> {result.rstrip()}")
    return {"role": "tool", "tool_call_id": call["id"], "content": result}


def told(problem: table.Problem | evaluator.Problem) -> str:
    """The typed error of a tool that runs as a task, in words."""
    match problem:
        case evaluator.Problem_Raised(text):
            return f"error: {text}"
        case evaluator.Problem_Failed(how) | table.Problem_Failed(how):
            return f"ended ({how.outcome.name.lower()}): {how.message}"
        case table.Problem_NoColumn(name):
            return f"error: there is no column {name}"
        case table.Problem_NotANumber((line, text)):
            return f"error: line {line} has {text!r}, which is no number"


def described(name: str, method: Callable[..., str]) -> dict:
    """A tool in the words of the model's interface. All parameters are strings."""
    names = list(inspect.signature(method).parameters)[1:]
    parameters = {
        "type": "object",
        "properties": {n: {"type": "string"} for n in names},
        "required": names,
    }
    about = {"name": name, "description": method.__doc__, "parameters": parameters}
    return {"type": "function", "function": about}


METHODS = {n: m for n, m in vars(Tools).items() if not n.startswith("_")}
SCHEMA = [described(n, m) for n, m in METHODS.items()]
