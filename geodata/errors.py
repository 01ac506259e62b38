"""Sentences for people, and the errors of this package that carry them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class Message:
    """A sentence for a person, translated only where it is shown.

    Parameters
    ----------
    template
        English text with ``{name}`` fields; it is the key of the translation catalogues, so it is
        always a literal.
    **values
        What the fields stand for. A value may be a `Message` itself.
    """

    __slots__ = ("template", "values")

    def __init__(self, template: str, /, **values: object) -> None:
        self.template = template
        self.values: Mapping[str, object] = MappingProxyType(values)

    def __str__(self) -> str:
        return self.template.format(**self.values) if self.values else self.template

    def __repr__(self) -> str:
        return f"Message({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return self.template == other.template and dict(self.values) == dict(other.values)

    def __hash__(self) -> int:
        return hash((self.template, tuple(sorted((name, str(value)) for name, value in self.values.items()))))


class Counted(Message):
    """A sentence about a number of things, which languages word by that number.

    Parameters
    ----------
    one, many
        The sentence for one and for any other number, with the field ``{count}``; both literals.
    count
        The number.
    **values
        As in `Message`.
    """

    __slots__ = ("many",)

    def __init__(self, one: str, many: str, /, *, count: int, **values: object) -> None:
        super().__init__(one, count=count, **values)
        self.many = many

    @property
    def count(self) -> int:
        return int(str(self.values["count"]))

    def __str__(self) -> str:
        return (self.template if self.count == 1 else self.many).format(**self.values)

    __hash__ = Message.__hash__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Counted):
            return NotImplemented
        return self.many == other.many and super().__eq__(other)


class GeodataError(Exception):
    """Geographic input that cannot be used; ``message`` says what, where and how to cure it."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message
