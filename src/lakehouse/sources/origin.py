"""Origin of the content of a source database, kept as the comment of the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg2 import sql

# a folder with this file was written by a generator
MANIFEST = "manifest.json"
_GENERATED = "generated data"
_FILES = "files"
_BETWEEN = " from "


@dataclass(frozen=True)
class Origin:
    """Kind of the data that a database holds, and the folder it was loaded from."""

    kind: str
    folder: str

    @classmethod
    def of(cls, folder: Path) -> Origin:
        """The origin that a load of this folder has."""
        kind = _GENERATED if (folder / MANIFEST).is_file() else _FILES
        return cls(kind, str(folder.absolute()))

    def __str__(self) -> str:
        return f"{self.kind}{_BETWEEN}{self.folder}"

    def is_lost_to(self, other: Origin) -> bool:
        """True if the other replaces data that nobody can generate again from its seed."""
        return self.kind != _GENERATED and self != other


def recorded(connection: Any, database: str) -> Origin | None:
    """The origin of what a database holds; None if it was never loaded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            (database,),
        )
        comment = (cursor.fetchone() or (None,))[0] or ""
    kind, between, folder = comment.partition(_BETWEEN)
    return Origin(kind, folder) if between and kind in (_GENERATED, _FILES) else None


def record(connection: Any, database: str, origin: Origin) -> None:
    """Store the origin in the transaction of the load."""
    statement = sql.SQL("COMMENT ON DATABASE {} IS {}")
    with connection.cursor() as cursor:
        cursor.execute(statement.format(sql.Identifier(database), sql.Literal(str(origin))))


def lost(found: Iterable[tuple[str, Origin | None]], new: Origin) -> list[str]:
    """A phrase for each database whose content a load of another origin replaces."""
    return [
        f"database {database} holds {origin}"
        for database, origin in found
        if origin is not None and origin.is_lost_to(new)
    ]
