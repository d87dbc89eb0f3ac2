"""Opening a published file: plain, gzip or in a zip archive, UTF-8 with or without a BOM.

A file in an archive has a path below that of the archive: `archive.zip/orders.csv`.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from lakehouse.sources.errors import SourceFileError

_BUFFER = 1 << 20
# bit 0 of the flags of a member
_ENCRYPTED = 1


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """The uncompressed content without its byte-order mark.

    Raises:
        SourceFileError: the file cannot be read, or its gzip or zip data is damaged.
    """
    try:
        with ExitStack() as stack:
            stream = _uncompressed(path, stack)
            if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
                stream.seek(0)
            yield stream
    except EOFError as error:
        raise SourceFileError(path, None, "the gzip file is truncated") from error
    except (gzip.BadGzipFile, zlib.error, zipfile.BadZipFile) as error:
        raise SourceFileError(path, None, f"the compressed file is damaged: {error}") from error
    except NotImplementedError as error:
        raise SourceFileError(path, None, f"unpack the archive first: {error}") from error
    except OSError as error:
        raise SourceFileError(path, None, f"cannot be read: {error.strerror or error}") from error


def _uncompressed(path: Path, stack: ExitStack) -> BinaryIO:
    archive = next((parent for parent in path.parents if is_archive(parent)), None)
    if archive is None:
        stored = stack.enter_context(path.open("rb", buffering=_BUFFER))
    else:
        content = stack.enter_context(zipfile.ZipFile(archive))
        member = path.relative_to(archive).as_posix()
        stored = stack.enter_context(cast(BinaryIO, content.open(member)))
    if path.suffix == ".gz":
        unpacked = stack.enter_context(gzip.GzipFile(fileobj=stored))
        return cast(BinaryIO, io.BufferedReader(unpacked, _BUFFER))  # type: ignore[arg-type]
    return stored


def is_archive(path: Path) -> bool:
    """True if the path is that of a zip file."""
    return path.suffix.lower() == ".zip" and path.is_file()


def members(archive: Path) -> list[Path]:
    """The files in a zip archive, as paths below it.

    Raises:
        SourceFileError: the archive cannot be read, is damaged or encrypted.
    """
    try:
        with zipfile.ZipFile(archive) as content:
            infos = [info for info in content.infolist() if not info.is_dir()]
    except zipfile.BadZipFile as error:
        raise SourceFileError(archive, None, f"no complete zip archive: {error}") from error
    except OSError as error:
        raise SourceFileError(archive, None, f"cannot be read: {error.strerror}") from error
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise SourceFileError(archive, None, "is encrypted: unpack it with its password")
    return [archive / info.filename for info in infos]


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
        start = stream.read(2)
        if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return SourceFileError(path, 1, "not UTF-8 but UTF-16: save it as UTF-8")
        stream.seek(-len(start), io.SEEK_CUR)
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                byte = line[error.start]
                return SourceFileError(
                    path, number, f"not UTF-8: byte 0x{byte:02x} at position {error.start + 1}"
                )
    return SourceFileError(path, None, "not UTF-8")
