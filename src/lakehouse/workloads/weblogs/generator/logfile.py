"""A log file as web servers write it: appended to, rotated by size, never deleted."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from lakehouse.platform.errors import PlatformError

_MODE = 0o644


class LogFileError(PlatformError):
    """A log cannot be written."""


class LogFile:
    """The live file of a log.

    Args:
        path: the live file; folders above it are made.
        rotate_bytes: `due` when the file is at least so big.
    """

    def __init__(self, path: Path, rotate_bytes: int) -> None:
        self.path = path
        self._rotate_bytes = rotate_bytes
        self._open()

    @property
    def size(self) -> int:
        """Bytes in the live file."""
        return self._size

    @property
    def due(self) -> bool:
        """Whether it is time to rotate."""
        return self._size >= self._rotate_bytes

    def write(self, lines: bytes) -> None:
        """Append whole lines.

        Raises:
            LogFileError: no space, or no right to write.
        """
        left = memoryview(lines)
        try:
            while left:
                written = os.write(self._file, left)
                self._size += written
                left = left[written:]
        except OSError as error:
            raise LogFileError(
                f"{self.path} cannot be written: {error.strerror}; free space or correct the "
                "rights of its folder, then start again"
            ) from error

    def rotate(self) -> None:
        """Rename the live file to `NAME.MOMENT-NUMBER` and begin a new one."""
        self.close()
        if self._size:
            self.path.rename(free_name(self.path))
        self._open()

    def close(self) -> None:
        """Close the live file."""
        os.close(self._file)

    def _open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _MODE)
        except OSError as error:
            raise LogFileError(
                f"{self.path} cannot be opened: {error.strerror}; correct the rights of its "
                "folder, or name another with LAKEHOUSE_WEBLOGS_DIR"
            ) from error
        self._size = os.fstat(self._file).st_size


def free_name(path: Path) -> Path:
    """A name for a log that is rotated now: its own, the moment, a number."""
    moment = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    number = 1
    while (name := path.with_name(f"{path.name}.{moment}-{number:03d}")).exists():
        number += 1
    return name
