"""A published access log as lines of the access log, byte by byte as they were published."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from lakehouse.platform.settings import Settings
from lakehouse.sources.errors import SourceFileError
from lakehouse.sources.reading import open_bytes
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG
from lakehouse.workloads.weblogs.generator.manifest import Manifest
from lakehouse.workloads.weblogs.generator.replay import Line, identity_of, write_log

_SUFFIXES = (".log", ".txt", "")
_PATTERNS = ("*", "*/*", "*/*/*")


def find_access_log(folder: Path) -> Path | None:
    """The file of a folder, itself or up to two folders down, that is named as an access log.

    Raises:
        SourceFileError: the folder is missing, or several files could be meant.
    """
    if not folder.is_dir():
        raise SourceFileError(folder, None, "there is no such folder")
    found = sorted(path for one in _PATTERNS for path in folder.glob(one) if _is_access_log(path))
    if len(found) > 1:
        names = ", ".join(str(path.relative_to(folder)) for path in found)
        raise SourceFileError(folder, None, f"holds several access logs, keep one: {names}")
    return found[0] if found else None


def _is_access_log(path: Path) -> bool:
    name = Path(path.name.lower().removesuffix(".gz"))
    return "access" in name.stem and name.suffix in _SUFFIXES and path.is_file()


def replay_access_log(
    file: Path,
    rate: float | None = None,
    limit: int | None = None,
    on_second: Callable[[int, float], None] = lambda lines, seconds: None,
    config: Settings | None = None,
) -> Manifest:
    """Write a published access log into the log, as `replay.replay` does with clicks."""
    first = next(_lines(file, 1), (b"", None))[0]
    options = {"rate": rate, "limit": limit, "file": str(file)}
    lines = _lines(file, limit)
    return write_log(ACCESS_LOG, identity_of(first), lines, options, on_second, config)


def _lines(file: Path, limit: int | None) -> Iterator[Line]:
    with open_bytes(file) as stream:
        for line in islice(stream, limit):
            yield line.rstrip(b"\r\n"), None
