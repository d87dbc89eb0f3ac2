"""Checks of the contracts on built rows: each gives a count of rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts.model import Reference, Rule, Severity, Table

SMALL_NUMBER = 10


class ChecksFailedError(RuntimeError):
    """A check of severity `fail` found broken rows; readers keep the table as it was."""


@dataclass(frozen=True)
class Result:
    """The outcome of one check."""

    check: str
    severity: Severity
    broken_rows: int
    reason: str

    @property
    def outcome(self) -> str:
        """`passed`, or what the severity makes of broken rows."""
        broken = {"fail": "failed", "warn": "warned", "quarantine": "quarantined"}
        return broken[self.severity] if self.broken_rows else "passed"


def breaks(rule: Rule) -> Column:
    """The number of rows that break a rule, as an aggregate; an unknown outcome keeps it."""
    return F.count_if(~F.coalesce(F.expr(rule.predicate), F.lit(True))).alias(rule.name)


def rule_results(rules: Iterable[Rule], counts: dict[str, int]) -> list[Result]:
    """Results of rules whose aggregates were computed elsewhere, by rule name."""
    return [Result(r.name, r.severity, int(counts[r.name]), r.reason) for r in rules]


def promises(table: Table) -> list[Rule]:
    """Rules that a gold table implies: no key and no required column is null."""
    return [
        Rule(f"missing_{c.name}", f"{c.name} IS NOT NULL", f"{c.name} is missing", Severity.FAIL)
        for c in table.columns
        if not c.nullable
    ]


def repeated(rows: DataFrame, table: Table) -> Result:
    """Whether the grain is unique: counts keys that occur more than once."""
    keys = rows.groupBy(*table.grain).count().filter("count > 1").count()
    reason = f"{', '.join(table.grain)} occurs more than once"
    return Result("repeated_key", Severity.FAIL, keys, reason)


def orphans(rows: DataFrame, reference: Reference, parent: DataFrame) -> Result:
    """Rows whose reference is missing in its table."""
    known = parent.select(F.col(reference.target).alias(reference.column))
    pointing = rows.select(reference.column).dropna()
    count = pointing.join(known, reference.column, "left_anti").count()
    reason = f"{reference.column} is not in {reference.table}"
    return Result(reference.name, reference.severity, count, reason)


def rejected_share(
    table: Table, kept: int, rejected: int, limit: float, most_frequent: Callable[[], str]
) -> Result:
    """Compare the share of rejected rows with the limit.

    A few rows are no share: the limit holds from `SMALL_NUMBER` rejected rows on. A table of which
    no row was kept always fails.

    Args:
        table: the silver table.
        kept: rows that keep every rule.
        rejected: rows in quarantine.
        limit: allowed share of rejected rows, 0 to 1.
        most_frequent: describes the most frequent reason; called only above the limit.
    """
    total = kept + rejected
    is_above = rejected > limit * total and rejected >= SMALL_NUMBER
    fails = is_above or (rejected > 0 and not kept)
    reason = f"of {total} rows; the setting rejected_share_limit allows {100 * limit:g} %"
    if fails:
        reason += (
            f"; most frequent: {most_frequent()}; see ./lakehouse quarantine list {table.name}"
        )
    if fails and kept:
        reason += ". To use the other rows, raise LAKEHOUSE_REJECTED_SHARE_LIMIT"
    return Result("rejected_share", Severity.FAIL, rejected if fails else 0, reason)


def stop_if_failed(table: Table, results: Iterable[Result]) -> None:
    """Raise if a check of severity `fail` was broken.

    Raises:
        ChecksFailedError: naming each check and its count.
    """
    failed = [r for r in results if r.outcome == "failed"]
    if failed:
        told = "; ".join(f"{r.check}: {r.broken_rows} rows ({r.reason})" for r in failed)
        raise ChecksFailedError(f"{table.full_name} was not replaced: {told}")
