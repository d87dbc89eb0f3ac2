"""Writing a generated set under the published file names, with the same bytes each time."""

from __future__ import annotations

import codecs
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
from pyarrow import csv

from lakehouse.contracts.model import Table
from lakehouse.sources.errors import SourceFileError
from lakehouse.sources.origin import MANIFEST
from lakehouse.workloads.shop.contracts import sources

_COMPRESSION_LEVEL = 3
# free text needs quotes; elsewhere they would only make the file larger
_QUOTED = {sources.ORDER_REVIEWS.name, sources.CLOSED_DEALS.name}
_WITH_BYTE_ORDER_MARK = {sources.CATEGORY_TRANSLATION.name}


def refuse_foreign_folder(folder: Path) -> None:
    """Refuse to write over published files that were not generated.

    Raises:
        SourceFileError: such a file is in the folder.
    """
    if (folder / MANIFEST).exists():
        return
    for table in sources.TABLES:
        for path in (folder / table.file, folder / f"{table.file}.gz"):
            if path.exists():
                raise SourceFileError(
                    path, None, "is there, but was not generated: name another folder to write to"
                )


def write_table(folder: Path, contract: Table, rows: pa.Table, compress: bool) -> Path:
    """Write a table to its published file, replacing the plain or gzip file of before."""
    plain, packed = folder / contract.file, folder / f"{contract.file}.gz"
    path, other = (packed, plain) if compress else (plain, packed)
    options = csv.WriteOptions(
        include_header=False,
        quoting_style="needed" if contract.name in _QUOTED else "none",
    )
    with _opened(path, compress) as stream:
        if contract.name in _WITH_BYTE_ORDER_MARK:
            stream.write(codecs.BOM_UTF8)
        stream.write(f"{','.join(contract.column_names)}\n".encode())
        csv.write_csv(rows, stream, options)
    other.unlink(missing_ok=True)
    return path


def write_manifest(folder: Path, manifest: dict[str, Any]) -> Path:
    """Write `manifest.json`."""
    path = folder / MANIFEST
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


@contextmanager
def _opened(path: Path, compress: bool) -> Iterator[BinaryIO]:
    with path.open("wb") as file:
        if not compress:
            yield file
            return
        # neither name nor time in the gzip header, or the bytes would differ each time
        with gzip.GzipFile("", "wb", _COMPRESSION_LEVEL, file, mtime=0) as packed:
            yield cast(BinaryIO, packed)
