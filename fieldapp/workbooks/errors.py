"""What a cell may be refused for."""

from __future__ import annotations

from geodata.errors import Message


class CellError(Exception):
    """A cell that does not hold what its column asks for."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message
