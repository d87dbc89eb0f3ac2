"""A lake in memory: files with modification times, locations of tables, builds of all layers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from lakehouse.builds.ledger import Ledger
from lakehouse.contracts import places
from lakehouse.contracts.model import Layer, Table
from lakehouse.registry import catalog

LIMIT = 0.2
NO_CHANGES = {"inserted": 0, "updated": 0, "deleted": 0}


class FakeFiles:
    """Files by path; every write has a later modification time."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[bytes, int]] = {}
        self.unreadable: set[str] = set()
        self._now = 0

    def read(self, path: str) -> bytes:
        if path in self.unreadable:
            raise RuntimeError("no data node has the block")
        if path not in self.held:
            raise FileNotFoundError(path)
        return self.held[path][0]

    def write(self, path: str, content: bytes) -> None:
        self._now += 1
        self.held[path] = (content, self._now)

    def replace(self, old: str, new: str) -> None:
        self.held[new] = self.held.pop(old)

    def delete(self, path: str) -> bool:
        self.unreadable.discard(path)
        found = [each for each in self.held if each == path or each.startswith(f"{path}/")]
        for each in found:
            del self.held[each]
        return bool(found)

    def entries(self, path: str) -> list[dict[str, Any]]:
        inside = {each: file for each, file in self.held.items() if each.startswith(f"{path}/")}
        if not inside:
            raise FileNotFoundError(path)
        return [
            {"name": each, "length": len(content), "modificationTime": time}
            for each, (content, time) in inside.items()
        ]


class Lake:
    """Tables of all layers, and what a run of everything builds of them."""

    def __init__(self) -> None:
        self.files = FakeFiles()
        self.paths: dict[str, str] = {}
        self.code = "code 1"
        self.limit = LIMIT
        # content of each import; rows in quarantine and changes of the next build by full name
        self.sources = {table.full_name: "rows 1" for table in catalog.batch(Layer.BRONZE)}
        self.quarantined: dict[str, int] = {}
        self.changes: dict[str, dict[str, int]] = {}
        self.during_build: Callable[[Table], None] = lambda table: None
        self._builds = 0

    @property
    def ledger(self) -> Ledger:
        return Ledger(
            self.files,
            self._locations,
            self.code,
            self.limit,
            lambda table: self.sources[table.full_name],
        )

    def run(self, day: str, *, full: bool = False) -> set[str]:
        """Run everything for a day; full names of the tables that were built."""
        return {
            table.full_name
            for layer in (Layer.BRONZE, Layer.SILVER, Layer.GOLD)
            for table in catalog.build_order(catalog.batch(layer))
            if self.built(table, day, full=full) and layer is not Layer.BRONZE
        }

    def built(self, table: Table, day: str, *, full: bool = False) -> bool:
        """Build a table unless it is unchanged; True if it was built."""
        state = self.ledger.state(table, day)
        assert state is not None
        if not full and self.ledger.skip(state):
            return False
        self.ledger.start(state)
        report = self._build(table, day)
        self.during_build(table)
        self.ledger.finish(state, {"rows": 7, **report})
        return True

    def commit(self, table: Table) -> None:
        """Add a version to a Delta table."""
        log = f"{places.folder(table)}/_delta_log"
        version = sum(path.startswith(f"{log}/") for path in self.files.held)
        self.files.write(f"{log}/{version:020}.json", b"{}")

    def _locations(self, database: str, names: Sequence[str]) -> dict[str, str]:
        found = {name: self.paths.get(f"{database}.{name}") for name in names}
        return {name: path for name, path in found.items() if path}

    def _build(self, table: Table, day: str) -> dict[str, Any]:
        if table.layer is Layer.BRONZE:
            content = self.sources[table.full_name]
            self.files.write(f"{places.import_folder(table, day)}/part.avro", content.encode())
            return {"content": content}
        if table.layer is Layer.SILVER:
            return self._build_silver(table, day)
        self.paths[table.full_name] = places.folder(table)
        if is_new := not any(
            path.startswith(f"{places.folder(table)}/") for path in self.files.held
        ):
            self.commit(table)
        changes = self.changes.get(table.full_name, {**NO_CHANGES, "inserted": 7 * is_new})
        if any(changes.values()):
            self.commit(table)
        return changes

    def _build_silver(self, table: Table, day: str) -> dict[str, Any]:
        self._builds += 1
        folder = f"{places.folder(table)}/{day}.{self._builds:06}"
        self.files.write(f"{folder}/part.parquet", b"rows")
        self.paths[table.full_name] = folder
        if self.quarantined.get(table.full_name):
            log = f"{places.quarantine_folder(table)}/_delta_log"
            self.files.write(f"{log}/{self._builds:020}.json", b"{}")
        return {"folder": folder}


def changed(table: Table) -> Table:
    """The contract of a table with another description."""
    return dataclasses.replace(table, description=f"{table.description}, changed")
