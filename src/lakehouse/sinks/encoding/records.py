"""JSON lines as records, and those that cannot be kept, with the reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Record = dict[str, Any]


class InvalidRecordError(ValueError):
    """A record that no repetition will make fit; the message says why."""


@dataclass
class Rejected:
    """Lines that were set aside."""

    lines: list[str] = field(default_factory=list)

    def add(self, line: bytes, reason: Exception) -> None:
        """Set a line aside, as JSON with the reason."""
        text = line.decode("utf-8", errors="replace")
        self.lines.append(json.dumps({"reason": str(reason), "line": text}, ensure_ascii=False))

    def content(self) -> bytes:
        """All of them, a line each."""
        return "".join(f"{line}\n" for line in self.lines).encode()

    def __len__(self) -> int:
        return len(self.lines)


def lines_of(content: bytes) -> Iterator[bytes]:
    """Lines that hold something."""
    return (line for line in content.split(b"\n") if line)


def parsed(line: bytes) -> Record:
    """The record of a line; numbers with a point keep every digit.

    Raises:
        InvalidRecordError: it is no JSON object.
    """
    try:
        record = _DECODER.decode(line.decode("utf-8"))
    except ValueError as error:
        raise InvalidRecordError(f"no JSON: {error}") from None
    if not isinstance(record, dict):
        raise InvalidRecordError("no JSON object")
    return record


_DECODER = json.JSONDecoder(parse_float=Decimal)
