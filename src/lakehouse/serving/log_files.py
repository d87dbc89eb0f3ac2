"""The records of a stream's log files, rotated and compressed ones included, for reconciliation.

A record is identified by its offset and content, so the count does not depend on how the reader in
NiFi recognises files: a record that the reader skipped is missing from the raw topic here.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import time
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from lakehouse.contracts.streams import LONGEST_LINE_BYTES, Stream
from lakehouse.platform.settings import Settings

# content that is shorter, and the beginning of another file, does not prove a copy
PROOF_BYTES = 512
# after this a rotated file gets no more bytes: its last record needs no line feed
QUIET_SECONDS = 15.0
_GZIP = b"\x1f\x8b\x08"
_FOREIGN = (b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd", b"PK\x03\x04")


@dataclass(frozen=True)
class LogFileRecords:
    """The records of one file.

    Attributes:
        path: where it is.
        modified_at: time of its last change, in seconds since 1970.
        size: bytes of its content.
        records: a hash of offset and content per record, in order.
    """

    path: Path
    modified_at: float
    size: int
    records: array[int]

    def begins(self, other: LogFileRecords) -> bool:
        """True if the other file has the same content first."""
        count = len(self.records)
        return count <= len(other.records) and self.records == other.records[:count]


@dataclass
class LogRecords:
    """The records of all files of a stream, each counted once, and those not found in raw so far.

    Attributes:
        files: files with records, without copies.
        unreadable: files that could not be read, with the reason.
        total: number of records.
        strange: records of the raw topic that are in no file: their file is gone, or they came
            after the files were counted.
        expired: records that are older than what the topic keeps.
    """

    files: list[LogFileRecords] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    total: int = 0
    strange: int = 0
    expired: int = 0
    _missing: Counter[int] = field(default_factory=Counter)
    _repeated: Counter[bytes] = field(default_factory=Counter)
    _foreign: set[bytes] = field(default_factory=set)

    @property
    def missing(self) -> int:
        """Number of records that the raw topic does not hold."""
        return sum(self._missing.values())

    @property
    def repeated(self) -> int:
        """Number of records that were published again under another identity.

        Identities with a record that is in no file are of files that are gone, which may have
        begun like one that is there.
        """
        return sum(n for one, n in self._repeated.items() if one not in self._foreign)

    def publish(self, key: bytes, line: bytes) -> None:
        """Record that an event is in the raw topic; to be called once per event."""
        identity, _, offset = key.rpartition(b":")
        record = _record(int(offset) if offset.isdigit() else 0, line)
        if self._missing[record] > 0:
            self._missing[record] -= 1
            return
        if record in self._missing:
            if int(offset) >= PROOF_BYTES:
                self._repeated[identity] += 1
        else:
            self.strange += 1
            self._foreign.add(identity)

    def expire(self, oldest: float, most: int) -> None:
        """Leave out what the raw topic has let go of: it keeps messages for a limited time.

        Args:
            oldest: time of its oldest message, in seconds since 1970.
            most: how many messages it has let go of.
        """
        for file in self.files:
            missing = self._leading_missing(file)
            if len(missing) == len(file.records) and file.modified_at >= oldest:
                continue
            for record in missing[: most - self.expired]:
                self._missing[record] -= 1
                self.expired += 1

    def examples(self, most: int) -> tuple[str, ...]:
        """Some of the missing records, by file and byte."""
        wanted, found = Counter(self._missing), []
        for file in self.files:
            for offset, _, record in _read(file.path):
                if wanted[record] > 0:
                    wanted[record] -= 1
                    found.append(f"{file.path} at byte {offset:,}")
                    if len(found) == most:
                        return tuple(found)
        return tuple(found)

    def _leading_missing(self, file: LogFileRecords) -> list[int]:
        missing = []
        for record in file.records:
            if self._missing[record] <= 0:
                break
            missing.append(record)
        return missing


def read_log_files(stream: Stream, config: Settings) -> LogRecords:
    """Read every file of a stream's log; one that vanishes meanwhile is found by its new name."""
    found, unreadable = [], []
    folder, names = config.weblog_folder(stream.name), config.weblog_names(stream.name)
    for path in _files(folder, names):
        try:
            found.append(_file(path))
        except FileNotFoundError:
            continue
        except (OSError, EOFError, zlib.error) as error:
            unreadable.append(f"{path}: {getattr(error, 'strerror', None) or error}")
    return count(found, unreadable)


def count(files: Iterable[LogFileRecords], unreadable: Iterable[str] = ()) -> LogRecords:
    """Count the records of files, without those of copies."""
    distinct = list(_without_copies(list(files)))
    counted = LogRecords(distinct, list(unreadable))
    for file in distinct:
        counted._missing.update(file.records)
        counted.total += len(file.records)
    return counted


def _files(folder: Path, names: str) -> list[Path]:
    try:
        return sorted(
            path for path in folder.iterdir() if re.fullmatch(names, path.name) and path.is_file()
        )
    except FileNotFoundError:
        return []


def _without_copies(files: list[LogFileRecords]) -> Iterator[LogFileRecords]:
    """Leave out a file if another has all its content: NiFi reads it there."""
    live = [file for file in files if file.path.suffix != ".gz"]
    newest = max(live, key=lambda file: file.modified_at, default=None)
    groups: dict[int, list[LogFileRecords]] = {}
    for file in files:
        if file.records:
            groups.setdefault(file.records[0], []).append(file)
    for group in groups.values():
        kept: list[LogFileRecords] = []
        for file in sorted(group, key=lambda file: len(file.records), reverse=True):
            proves = file.size >= PROOF_BYTES or file is newest
            if not any(
                file.begins(other) and (proves or len(file.records) == len(other.records))
                for other in kept
            ):
                kept.append(file)
        yield from kept


def _file(path: Path) -> LogFileRecords:
    stat = path.stat()
    is_quiet = time.time() - stat.st_mtime > QUIET_SECONDS
    records, size = array("Q"), 0
    for offset, line, record in _read(path):
        if line.endswith(b"\n") or is_quiet:
            records.append(record)
            size = offset + len(line)
    return LogFileRecords(path, stat.st_mtime, size, records)


def _read(path: Path) -> Iterator[tuple[int, bytes, int]]:
    """Yield offset, bytes and hash of each record."""
    with _open(path) as stream:
        offset = 0
        for line in stream:
            yield offset, line, _record(offset, line.removesuffix(b"\n")[:LONGEST_LINE_BYTES])
            offset += len(line)


def _open(path: Path) -> IO[bytes]:
    plain = path.open("rb")
    magic = plain.read(6)
    plain.seek(0)
    if magic.startswith(_FOREIGN):
        plain.close()
        raise OSError("only gzip is read of compressed files: decompress it")
    # mypy: a GzipFile is no IO by its declaration
    return gzip.open(plain) if magic.startswith(_GZIP) else plain  # type: ignore[return-value]


def _record(offset: int, line: bytes) -> int:
    digest = hashlib.md5(b"%d\n" % offset + line, usedforsecurity=False).digest()
    return int.from_bytes(digest[:8])
