"""The words in which a table is declared: columns, checks, references, tables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Layer(StrEnum):
    """Where a table lives; also the name of its Hive database (sources live in PostgreSQL)."""

    SOURCE = "source"
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    QUARANTINE = "quarantine"
    QUALITY = "quality"


class Severity(StrEnum):
    """What a broken rule does: stop what depends on it, say so, or set the row aside."""

    FAIL = "fail"
    WARN = "warn"
    QUARANTINE = "quarantine"


class Meaning(StrEnum):
    """How silver reads the text of a column, where its type alone does not tell."""

    PLAIN = "plain"
    CITY = "city"
    STATE = "state"
    ZIP_CODE_PREFIX = "zip_code_prefix"
    NAME = "name"
    FREE_TEXT = "free_text"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: name in this layer.
        type: Spark SQL type, such as `DECIMAL(12,2)`.
        description: meaning, with the unit where it has one.
        source: the column of the layer before that it is read from; its own name if left out.
        nullable: whether a missing value is part of the meaning.
        personal: whether it tells something of a person.
        meaning: how its text is normalised in silver.
        derived: computed, not read from one column of the layer before.
        key: technical; hidden from people who build reports.
    """

    name: str
    type: str
    description: str
    source: str | None = None
    nullable: bool = True
    personal: bool = False
    meaning: Meaning = Meaning.PLAIN
    derived: bool = False
    key: bool = False

    @property
    def origin(self) -> str:
        """Name of the column in the layer before."""
        return self.source or self.name

    @property
    def form(self) -> str:
        """Description of the text that silver can read; empty where any text will do."""
        if self.derived:
            return ""
        if self.meaning is Meaning.ZIP_CODE_PREFIX:
            return "zip code (99999 or 99999-999)"
        forms = {
            "STRING": "",
            "TIMESTAMP": "TIMESTAMP (YYYY-MM-DD hh:mm:ss)",
            "DATE": "DATE (YYYY-MM-DD)",
        }
        return forms.get(self.type, self.type)


@dataclass(frozen=True)
class Rule:
    """A promise about every row.

    Attributes:
        name: short, in snake case; what a report shows.
        predicate: Spark SQL; a row keeps the rule unless it evaluates to false.
        reason: a sentence for the person who looks at a broken row.
        severity: what happens to rows (quarantine) or to the run (fail, warn).
    """

    name: str
    predicate: str
    reason: str
    severity: Severity = Severity.QUARANTINE


@dataclass(frozen=True)
class Reference:
    """A column whose values should exist in another table of the same layer."""

    column: str
    table: str
    target: str
    severity: Severity

    @property
    def name(self) -> str:
        """Name of the check, such as `unknown_order_id`."""
        return f"unknown_{self.column}"


@dataclass(frozen=True)
class Total:
    """A sum that must be the same at every layer: a column here and the one it came from."""

    column: str
    source: str


@dataclass(frozen=True)
class Namespace:
    """The workload that declares a table, and where its tables are stored.

    Attributes:
        workload: name of the workload; empty for tables of the core.
        plain: stored in the databases named after a layer, as `gold`; else in `gold_WORKLOAD`.
        folder: folder between the layer and the table on HDFS; the workload's if not plain.
    """

    workload: str = ""
    plain: bool = False
    folder: str = ""

    def database(self, layer: Layer) -> str:
        """Name of the database of a layer."""
        return str(layer) if self.plain else f"{layer}_{self.workload}"

    @property
    def path(self) -> str:
        """Folder below the layer's folder; empty if tables are directly in it."""
        return self.folder or ("" if self.plain else self.workload)


CORE = Namespace(plain=True)


@dataclass(frozen=True)
class Table:
    """One table of one layer.

    Attributes:
        layer: the layer.
        name: the table's name, unique in its database.
        description: what one row means.
        columns: in order.
        grain: columns that together are unique; empty where rows have no identity.
        namespace: the workload that declares it, which with the layer gives the database.
        source_database: PostgreSQL database that it is imported from; empty if it is not.
        reads: tables of the layer before (or, for gold, of gold) that it is made from.
        rules: promises about rows.
        references: columns that point at other tables of the layer.
        totals: money that must survive the way.
        unknown_member: a dimension with a row that stands for what is not known.
        durable_key: of a dimension with history, the number that all versions of a member share.
        completed: Spark SQL that is true for rows the layer itself added.
        partition: columns by whose values its files lie in folders of their own.
        file: published file name, without `.gz` (source tables).
        primary_key: columns of the primary key in the source database, where the data allows it.
        functions: module with the pure function that makes its rows, named after the table.
        builder: `module:function` that builds it from a session, its name and an ingest date;
            empty for that of its layer.
    """

    layer: Layer
    name: str
    description: str
    columns: tuple[Column, ...]
    grain: tuple[str, ...] = ()
    namespace: Namespace = CORE
    source_database: str = ""
    reads: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    references: tuple[Reference, ...] = ()
    totals: tuple[Total, ...] = ()
    unknown_member: bool = False
    durable_key: str = ""
    completed: str = ""
    partition: tuple[str, ...] = ()
    file: str = ""
    primary_key: tuple[str, ...] = ()
    functions: str = ""
    builder: str = ""

    @property
    def workload(self) -> str:
        """Name of the workload that declares it; empty for tables of the core."""
        return self.namespace.workload

    @property
    def database(self) -> str:
        """Database that it is in."""
        return self.namespace.database(self.layer)

    @property
    def full_name(self) -> str:
        """Database and table, as SQL names it."""
        return self.sibling(self.name)

    @property
    def address(self) -> str:
        """Name for commands and steps, with its database unless that is named after the layer."""
        return self.name if self.namespace.plain else self.full_name

    def sibling(self, name: str) -> str:
        """Full name of a table of the same database."""
        return f"{self.database}.{name}"

    @property
    def column_names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]

    @property
    def is_dimension(self) -> bool:
        """Whether it is a dimension of the star schema."""
        return self.name.startswith("dim_")

    @property
    def is_calendar(self) -> bool:
        """True for the dimension whose members are days, which are their own keys."""
        first = self.columns[0] if self.columns else None
        return self.is_dimension and first is not None and first.key and first.type == "DATE"

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.full_name} has no column {name}")
