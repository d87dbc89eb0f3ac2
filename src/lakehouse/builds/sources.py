"""Identity of the rows of a source table, computed by its database."""

from __future__ import annotations

from contextlib import closing

from lakehouse.contracts.model import Table
from lakehouse.platform import postgres
from lakehouse.registry import catalog

# the text of a whole row distinguishes null from empty, and one column from the next
_CONTENT = (
    'SELECT count(*), coalesce(sum(hashtextextended(one::text, 0)::numeric), 0) FROM "{}" AS one'
)


def content_of_source(bronze: Table) -> str:
    """Number of rows, and the sum of their 64-bit hashes, of the source of a bronze table.

    Raises:
        PlatformError: the database does not answer.
    """
    source = catalog.read_by(bronze, bronze.name)
    with (
        closing(postgres.connect(source.source_database, "reader")) as server,
        server.cursor() as cursor,
    ):
        cursor.execute(_CONTENT.format(source.name))
        found = cursor.fetchone()
    assert found is not None
    return f"{found[0]}:{found[1]}"
