"""What can be wrong with what somebody asks; `fieldapp.api.errors` maps each type to an HTTP status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geodata.errors import Message


class FieldappError(Exception):
    """A request that cannot be carried out; nothing was written.

    ``code`` is stable and for programs, ``message`` is for people.
    """

    code = "error"

    def __init__(self, message: Message, *, code: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        if code is not None:
            self.code = code


class NotFoundError(FieldappError):
    """The thing asked for does not exist, or not on that day."""

    code = "not_found"


class ConflictError(FieldappError):
    """The stored state forbids it, usually because somebody else was first."""

    code = "conflict"


class OutdatedError(ConflictError):
    """What was to be changed is no longer as the client knew it; ``stored`` has what is there, by name."""

    def __init__(self, message: Message, *, code: str, stored: Mapping[str, object]) -> None:
        super().__init__(message, code=code)
        self.stored = stored


class ForbiddenError(FieldappError):
    """This person, or this installation, may not do that."""

    code = "forbidden"


class UnauthenticatedError(FieldappError):
    """Nobody has shown who asks; logging in cures it."""

    code = "login.required"


class ThrottledError(FieldappError):
    """Too many attempts; ``seconds`` says how long to wait."""

    code = "throttled"

    def __init__(self, message: Message, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class UnavailableError(FieldappError):
    """A part that is needed, such as the database, cannot be reached or is not ready."""

    code = "unavailable"


class StorageFullError(FieldappError):
    """There is no room for what was sent; what was there before is as it was."""

    code = "disk_full"


class LockedError(FieldappError):
    """Somebody else is changing the very same thing at this moment; trying again cures it."""

    code = "locked"


class TooLargeError(FieldappError):
    """More was sent than is taken."""

    code = "too_large"


class ChecksumError(FieldappError):
    """What arrived is not what was sent."""

    code = "checksum"


class ProtocolVersionError(FieldappError):
    """The client speaks another version of a protocol."""

    code = "protocol.version"


@dataclass(frozen=True)
class Fault:
    """One fault of an input: ``pointer`` says where (RFC 6901), ``message`` what and how to cure it."""

    pointer: str
    message: Message


class InvalidInputError(FieldappError):
    """Input that cannot be used; carries every fault that was found."""

    code = "invalid"

    def __init__(self, message: Message, faults: Sequence[Fault] = (), *, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.faults = tuple(faults)
