"""Decision whether a table need not be built: inputs, contract, code and files are as recorded.

A record counts only while the files that readers see are those of its build. So a table that was
changed, restored, dropped or switched by other means is built again, and so are its readers.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from lakehouse.builds import records
from lakehouse.builds.code import code_version
from lakehouse.builds.records import Files, Record
from lakehouse.builds.sources import content_of_source
from lakehouse.builds.storage import delta_identity, delta_version, folder_identity
from lakehouse.contracts import places
from lakehouse.contracts.model import Layer, Table
from lakehouse.platform import metastore
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.settings import settings
from lakehouse.registry import catalog

log = logging.getLogger(__name__)

Locations = Callable[[str, Sequence[str]], Mapping[str, str]]
Sources = Callable[[Table], str]
Report = Mapping[str, Any]
# each record is two short requests
_AT_ONCE = 8


@dataclasses.dataclass(frozen=True)
class State:
    """A table and its inputs at one moment before a build.

    Attributes:
        table: a table that keeps a record.
        day: day of the import, YYYY-MM-DD.
        record: the table's record, valid or not.
        inputs: record of each input by full name; None if one has no valid record.
        stored: identity of the table's files; empty if readers see none.
        version: version of the Delta table, registered or not; -1 if there is none (gold).
        source: identity of the rows of the source table (bronze); empty for others.
    """

    table: Table
    day: str
    record: Record | None
    inputs: Mapping[str, Record] | None
    stored: str
    version: int
    source: str

    @property
    def valid(self) -> Record | None:
        """The table's record, if the files are still those of its build."""
        return self.record if self.record and self.record.stored == self.stored else None


class Ledger:
    """Build records of all tables, compared with the files that readers see.

    Args:
        files: file system of the lake.
        locations: paths of the tables of a database that the metastore knows, by name.
        code: identity of the code that computes tables.
        rejected_share_limit: the setting of that name.
        sources: identity of the rows that the source table of a bronze table has now.
    """

    def __init__(
        self,
        files: Files,
        locations: Locations,
        code: str,
        rejected_share_limit: float,
        sources: Sources,
    ) -> None:
        self._files = files
        self._locations = locations
        self._sources = sources
        self._code = code
        self._limit = rejected_share_limit

    def state(self, table: Table, day: str) -> State | None:
        """A table and its inputs as they are now; None if the table keeps no record."""
        if not is_recorded(table):
            return None
        record = self._record(table, day)
        paths = self._paths([table, *inputs_of(table)])
        inputs = self._inputs(table, day, paths)
        stored = self._stored(table, day, paths)
        version, source = self._version(table, stored), self._source(table)
        return State(table, day, record, inputs, stored, version, source)

    def skip(self, state: State) -> Record | None:
        """The record of a table that need not be built for its day; None if it has to be.

        A silver table that was built for another day from equal rows shows this day afterwards.
        """
        table, record, inputs = state.table, state.valid, state.inputs
        if record is None or inputs is None:
            return None
        if self.signature(table, inputs, state.source) != record.signature:
            return None
        if table.layer is Layer.SILVER:
            return self._for_day(table, record, state.day)
        return record if _shows_day(table, inputs, state.day) else None

    def start(self, state: State) -> None:
        """Delete the record of a table that is about to be built."""
        records.delete(self._files, state.table, state.day)

    def finish(self, before: State, report: Report, *, differs: bool = False) -> None:
        """Record a successful build, unless an input or the table changed while it ran.

        Args:
            before: the table and its inputs before the build.
            report: what the build did.
            differs: its rows are others although all that should determine them is the same.
        """
        table, day = before.table, before.day
        paths = self._paths([table, *inputs_of(table)])
        inputs = self._inputs(table, day, paths)
        stored = self._stored(table, day, paths)
        if inputs is None or not self._are_as_before(before, inputs):
            log.info(
                "%s: not recorded, as an input or the source changed during the build, or an input "
                "has no valid record",
                table.full_name,
            )
            return
        if not stored or _changed_by_others(before, stored, report):
            log.warning(
                "%s: not recorded, as it has more versions than this build wrote (a column that "
                "its contract gained, or a change by others); the next run builds it again",
                table.full_name,
            )
            return
        signature = self.signature(table, inputs, before.source)
        record = Record(
            build=uuid.uuid4().hex,
            signature=signature,
            content=_content(before, signature, report, differs=differs),
            stored=stored,
            rows=report["rows"],
            ingest_date=day,
            folder=report.get("folder", ""),
            quarantine=self._quarantine(table),
        )
        records.write(self._files, table, record)

    def signature(self, table: Table, inputs: Mapping[str, Record], source: str = "") -> str:
        """Hash of all that determines the rows of a table."""
        limit = self._limit if table.layer is Layer.SILVER else None
        contents = sorted((name, record.content) for name, record in inputs.items())
        parts = json.dumps([self._code, repr(table), limit, contents, source])
        return hashlib.sha256(parts.encode()).hexdigest()

    def _inputs(
        self, table: Table, day: str, paths: Mapping[str, str]
    ) -> Mapping[str, Record] | None:
        """Valid records of all inputs by full name; None if one has none."""
        inputs = inputs_of(table)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = list(pool.map(lambda each: self._valid(each, day, paths), inputs))
        named = {
            each.full_name: record
            for each, record in zip(inputs, found, strict=True)
            if record is not None
        }
        return named if len(named) == len(inputs) else None

    def _are_as_before(self, before: State, inputs: Mapping[str, Record]) -> bool:
        """True if neither an input nor the source changed since."""
        if before.inputs is None or not _same_builds(inputs, before.inputs):
            return False
        return self._source(before.table) == before.source

    def _source(self, table: Table) -> str:
        return self._sources(table) if table.layer is Layer.BRONZE else ""

    def _valid(self, table: Table, day: str, paths: Mapping[str, str]) -> Record | None:
        """The record of a table if readers see the files of that build."""
        record = self._record(table, day) if is_recorded(table) else None
        if record is None or record.stored != self._stored(table, day, paths):
            return None
        return record

    def _record(self, table: Table, day: str) -> Record | None:
        try:
            return records.read(self._files, table, day)
        except (OSError, RuntimeError) as error:
            # such as a block that was lost in a power cut; a build replaces the record
            log.warning("%s: its build record cannot be read: %s", table.full_name, error)
            return None

    def _stored(self, table: Table, day: str, paths: Mapping[str, str]) -> str:
        """Identity of the files that readers of a table see; empty if there are none."""
        if table.layer is Layer.BRONZE:
            return folder_identity(self._files, places.import_folder(table, day))
        path = paths.get(table.full_name, "")
        identify = folder_identity if table.layer is Layer.SILVER else delta_identity
        identity = identify(self._files, path) if path else ""
        return f"{path} {identity}" if identity else ""

    def _version(self, table: Table, stored: str) -> int:
        if table.layer is not Layer.GOLD:
            return -1
        return delta_version(stored or delta_identity(self._files, places.folder(table)))

    def _quarantine(self, table: Table) -> str:
        if table.layer is not Layer.SILVER:
            return ""
        return delta_identity(self._files, places.quarantine_folder(table))

    def _for_day(self, table: Table, record: Record, day: str) -> Record | None:
        """The record as one of a day; None if the quarantine of that day may differ."""
        if record.quarantine != self._quarantine(table):
            return None
        if record.ingest_date == day:
            return record
        # rows in quarantine carry the day, and an earlier build may have left some of this one
        if record.quarantine:
            return None
        shown = dataclasses.replace(record, ingest_date=day)
        records.write(self._files, table, shown)
        return shown

    def _paths(self, tables: Iterable[Table]) -> dict[str, str]:
        """Path of each table that the metastore knows, by full name."""
        by_database: dict[str, list[str]] = {}
        for table in tables:
            if table.layer is not Layer.BRONZE:
                by_database.setdefault(table.database, []).append(table.name)
        return {
            f"{database}.{name}": path
            for database, names in by_database.items()
            for name, path in self._locations(database, names).items()
        }


def ledger() -> Ledger:
    """The ledger of the running platform."""
    limit = settings().rejected_share_limit
    return Ledger(Hdfs(), metastore.locations, code_version(), limit, content_of_source)


def shown_day(table: Table, location: str, files: Files | None = None) -> str:
    """Day of import that a silver table at a location shows (YYYY-MM-DD).

    It is in the name of the folder, so it changes together with the rows, unless a later import
    had equal rows: then only the record has that day.
    """
    path = urlsplit(location).path
    record = records.read(files or Hdfs(), table, "")
    if record is not None and record.folder == path:
        return record.ingest_date
    return path.rsplit("/", 1)[1].split(".", 1)[0]


def is_recorded(table: Table) -> bool:
    """True for tables of a run of everything that the builder of their layer builds.

    Models and tables of streams read what has no record, and are always built.
    """
    return not table.builder and table in catalog.batch(table.layer)


def inputs_of(table: Table) -> list[Table]:
    """Tables whose rows determine the rows of a table or the outcome of its checks."""
    if table.layer is Layer.BRONZE:
        return []
    read = [catalog.read_by(table, name) for name in table.reads]
    others = catalog.needs(table) - {each.full_name for each in read}
    return [*read, *(catalog.table(table.layer, name) for name in sorted(others))]


def _shows_day(table: Table, inputs: Mapping[str, Record], day: str) -> bool:
    """True if all silver tables that a gold table reads show the day; gold refuses others."""
    silver = [each.full_name for each in inputs_of(table) if each.layer is Layer.SILVER]
    return all(inputs[name].ingest_date == day for name in silver)


def _same_builds(one: Mapping[str, Record], other: Mapping[str, Record]) -> bool:
    return {k: r.build for k, r in one.items()} == {k: r.build for k, r in other.items()}


def _changed_by_others(before: State, stored: str, report: Report) -> bool:
    """True if a table is not as its build left it, such as after a late write of a retry."""
    if before.table.layer is Layer.SILVER:
        return not stored.startswith(f"{report['folder']} ")
    if before.table.layer is Layer.GOLD:
        is_new = before.version < 0
        return delta_version(stored) - before.version > is_new + _has_changes(report)
    return False


def _has_changes(report: Report) -> bool:
    return any(report[kind] for kind in ("inserted", "updated", "deleted"))


def _content(before: State, signature: str, report: Report, *, differs: bool) -> str:
    """Identity of the rows after a build."""
    if before.table.layer is Layer.BRONZE:
        return str(report["content"])
    if differs:
        return uuid.uuid4().hex
    if before.table.layer is Layer.SILVER:
        return signature
    # keys depend on earlier builds, so equal inputs alone do not mean equal rows
    if before.valid is None or _has_changes(report):
        return uuid.uuid4().hex
    return before.valid.content
