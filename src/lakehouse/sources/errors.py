"""What can be wrong with a source file, in words that a person can act on."""

from __future__ import annotations

from pathlib import Path


class SourceFileError(Exception):
    """A source file is missing or cannot be understood; nothing was changed because of it.

    Attributes:
        file: the file, or the folder it was looked for in.
        line: line of the uncompressed text, from 1; None where no line is to blame.
        reason: what is wrong with it.
    """

    def __init__(self, file: Path, line: int | None, reason: str) -> None:
        self.file = file
        self.line = line
        self.reason = reason
        place = f"{file}, line {line}" if line is not None else str(file)
        super().__init__(f"{place}: {reason}")
