"""Opening a published file: plain or gzip, UTF-8 with or without a byte-order mark."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from lakehouse.sources.errors import SourceFileError

_BUFFER = 1 << 20


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """The uncompressed content without its byte-order mark.

    Raises:
        SourceFileError: the file cannot be read, or its gzip data is truncated or damaged.
    """
    try:
        with _uncompressed(path) as stream:
            if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
                stream.seek(0)
            yield stream
    except EOFError as error:
        raise SourceFileError(path, None, "the gzip file is truncated") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise SourceFileError(path, None, f"the gzip file is damaged: {error}") from error
    except OSError as error:
        raise SourceFileError(path, None, f"cannot be read: {error.strerror or error}") from error


def _uncompressed(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return cast(BinaryIO, io.BufferedReader(gzip.GzipFile(path), _BUFFER))  # type: ignore[arg-type]
    return path.open("rb", buffering=_BUFFER)


@contextmanager
def open_text(path: Path) -> Iterator[io.TextIOWrapper]:
    """The content as text, line breaks as they are.

    Raises:
        SourceFileError: as `open_bytes`, or a line is not UTF-8.
    """
    with open_bytes(path) as stream:
        try:
            yield io.TextIOWrapper(stream, encoding="utf-8", newline="")
        except UnicodeDecodeError as error:
            raise not_utf8(path) from error


def not_utf8(path: Path) -> SourceFileError:
    """The error that names the first line which is not UTF-8."""
    with open_bytes(path) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                byte = line[error.start]
                return SourceFileError(
                    path, number, f"not UTF-8: byte 0x{byte:02x} at position {error.start + 1}"
                )
    return SourceFileError(path, None, "not UTF-8")
