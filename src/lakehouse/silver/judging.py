"""Which rows go on, which are set aside and why, which are repetitions."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakehouse.contracts.model import Column as ColumnContract
from lakehouse.contracts.model import Reference, Rule, Severity, Table
from lakehouse.silver.reading import SOURCE_ROW, UNREADABLE, form

BROKEN = "_broken"
IS_REPETITION = "_is_repetition"
_FINGERPRINT = "_fingerprint"


def judged(rows: DataFrame, contract: Table, parents: Mapping[str, DataFrame]) -> DataFrame:
    """Judge every row by the quarantine rules of its contract.

    Args:
        rows: what a silver function made.
        contract: the silver table.
        parents: silver tables that the contract's references point at, by name.

    Returns:
        the rows with `_broken` (array of structs `rule`, `reason`; empty for a good row) and
        `_is_repetition` (an exact repetition of another row, to be left out and counted).
    """
    referenced = rows
    for reference in quarantine_references(contract):
        referenced = _with_orphans_marked(referenced, reference, parents[reference.table])
    verdict = referenced.withColumn(BROKEN, F.array_compact(F.array(*_verdicts(contract))))
    return _with_repetitions_marked(verdict, contract.grain)


def quarantine_references(contract: Table) -> list[Reference]:
    """References whose orphans are set aside."""
    return [r for r in contract.references if r.severity is Severity.QUARANTINE]


def good() -> Column:
    """Whether a judged row goes on."""
    return (F.size(BROKEN) == 0) & ~F.col(IS_REPETITION)


def broken() -> Column:
    """Whether a judged row is set aside."""
    return (F.size(BROKEN) > 0) & ~F.col(IS_REPETITION)


def set_aside(rows: DataFrame) -> DataFrame:
    """The broken rows of a judged table, as quarantine keeps them."""
    kept = rows.filter(broken())
    return kept.select(
        F.col(BROKEN)[0]["rule"].alias("rule"),
        F.array_join(F.col(BROKEN)["reason"], "; ").alias("reason"),
        F.to_json(SOURCE_ROW, {"ignoreNullFields": "false"}).alias("source_row"),
    )


def _verdicts(contract: Table) -> list[Column]:
    unreadable = [
        _verdict(
            f"unreadable_{column.name}",
            _unreadable_reason(column),
            F.array_contains(UNREADABLE, column.name),
        )
        for column in contract.columns
        if column.form
    ]
    missing = [
        _verdict(
            f"missing_{column.name}",
            f"{column.origin} is missing",
            F.col(column.name).isNull() & ~F.array_contains(UNREADABLE, column.name),
        )
        for column in contract.columns
        if not column.nullable
    ]
    rules = [_rule(r) for r in contract.rules if r.severity is Severity.QUARANTINE]
    orphans = [
        _verdict(
            reference.name,
            f"{reference.column} is not in {reference.table}",
            F.col(f"_{reference.name}") & F.col(reference.column).isNotNull(),
        )
        for reference in quarantine_references(contract)
    ]
    return unreadable + missing + rules + orphans


def _rule(rule: Rule) -> Column:
    return _verdict(rule.name, rule.reason, ~F.coalesce(F.expr(rule.predicate), F.lit(True)))


def _unreadable_reason(column: ColumnContract) -> Column:
    found = form(f"{SOURCE_ROW}.{column.origin}")
    return F.concat(F.lit(f"{column.origin} cannot be read as {column.form}: found "), found)


def _verdict(rule: str, reason: str | Column, is_broken: Column) -> Column:
    words = F.lit(reason) if isinstance(reason, str) else reason
    return F.when(is_broken, F.struct(F.lit(rule).alias("rule"), words.alias("reason")))


def _with_orphans_marked(rows: DataFrame, reference: Reference, parent: DataFrame) -> DataFrame:
    known = parent.select(F.col(reference.target).alias("_known")).distinct()
    return (
        rows.join(known, rows[reference.column] == known["_known"], "left")
        .withColumn(f"_{reference.name}", F.col("_known").isNull())
        .drop("_known")
    )


def _fingerprint(rows: DataFrame) -> Column:
    names = rows.select(f"{SOURCE_ROW}.*").columns
    # the hash skips nulls, so a value that moved to the next column would look the same
    values = [F.coalesce(F.col(SOURCE_ROW)[name], F.lit("\0")) for name in names]
    return F.xxhash64(*values)


def _with_repetitions_marked(rows: DataFrame, grain: tuple[str, ...]) -> DataFrame:
    """Mark exact repetitions; a repeated grain with other content is a broken row.

    Of several rows with one key the good come first, so that a broken row never sets a good one
    aside; among equals the fingerprint of the content decides, so that a rerun decides alike.
    """
    fingerprinted = rows.withColumn(_FINGERPRINT, _fingerprint(rows))
    same_key = Window.partitionBy(*(grain or (_FINGERPRINT,))).orderBy(
        F.size(BROKEN) > 0, _FINGERPRINT
    )
    before = F.lag(_FINGERPRINT).over(same_key)
    is_repetition = F.coalesce(before == F.col(_FINGERPRINT), F.lit(False))
    repeated = F.struct(
        F.lit("repeated_key").alias("rule"),
        F.lit(f"another row has the same {', '.join(grain)}").alias("reason"),
    )
    missing_key = F.lit(False)
    for column in grain:
        missing_key = missing_key | F.col(column).isNull()
    marked = fingerprinted.withColumn(IS_REPETITION, is_repetition).withColumn("_before", before)
    return marked.withColumn(
        BROKEN,
        F.when(
            F.col("_before").isNotNull() & ~F.col(IS_REPETITION) & ~missing_key,
            F.array_append(F.col(BROKEN), repeated),
        ).otherwise(F.col(BROKEN)),
    ).drop("_before", _FINGERPRINT)
