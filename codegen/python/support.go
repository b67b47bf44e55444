package python

// supportModule is componentize_py_types.py: the values that componentize-py
// uses for results and for nested options.
const supportModule = header + `"""What every componentize-py guest uses for results and nested options.

A function whose WIT result is ` + "`result<T, E>`" + ` returns the T and raises Err with
the E. Anywhere else a result is a value: Ok(value) or Err(value).
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S")
T = TypeVar("T")
E = TypeVar("E")


@dataclass
class Some(Generic[S]):
    """The present case of an option that holds another option.

    A plain option is the value or None; ` + "`option<option<T>>`" + ` needs Some around
    the inner option, so that Some(None) differs from None.
    """

    value: S


@dataclass
class Ok(Generic[T]):
    """The success case of a result that is a value."""

    value: T


@dataclass(frozen=True)
class Err(Exception, Generic[E]):
    """The failure case of a result: a value, and what to raise.

    Any other exception that leaves an exported function ends the instance.
    """

    value: E


Result = Ok[T] | Err[E]
"""A result that is a value."""
`
