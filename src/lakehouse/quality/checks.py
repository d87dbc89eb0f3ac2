"""Checks of the contracts on built rows: each gives a count of rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.contracts.model import Reference, Rule, Severity, Table

SMALL_NUMBER = 10
ROWS = "rows"
REPEATED_KEY = "repeated_key"


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
    return F.expr(_breaks(rule)).alias(rule.name)


def _breaks(rule: Rule) -> str:
    return f"count_if(NOT coalesce({rule.predicate}, true))"


def count_violations(
    spark: SparkSession,
    relation: str,
    table: Table,
    rules: Sequence[Rule],
    references: Sequence[Reference],
) -> dict[str, int]:
    """Run `violations_query`: rows of a relation, and violations by name of the check."""
    found = spark.sql(violations_query(relation, table, rules, references)).collect()
    return {row["check"]: int(row["violations"]) for row in found}


def violations_query(
    relation: str, table: Table, rules: Sequence[Rule], references: Sequence[Reference]
) -> str:
    """SQL that counts rows, and the violations of each check, in one query.

    One query, because most of the time of a small table is spent on planning. Grain of its result:
    one row per check, with the columns `check` and `violations`; the number of rows is listed as
    `rows`.

    Args:
        relation: table or view with the rows to check.
        table: the contract, whose grain has to be unique.
        rules: rules to check on each row; an unknown outcome is no violation.
        references: columns to look up in their tables, which exist.
    """
    broken = [f"'{rule.name}', {_breaks(rule)}" for rule in rules]
    totals = ", ".join(f"struct({each})" for each in (f"'{ROWS}', count(*)", *broken))
    repeated = (
        f"SELECT '{REPEATED_KEY}', count(*) FROM "
        f"(SELECT 1 FROM {relation} GROUP BY {', '.join(table.grain)} HAVING count(*) > 1)"
    )
    orphans = [
        f"SELECT '{r.name}', count(*) FROM {relation} AS pointing "
        f"LEFT ANTI JOIN {table.sibling(r.table)} AS parent "
        f"ON pointing.{r.column} = parent.{r.target} WHERE pointing.{r.column} IS NOT NULL"
        for r in references
    ]
    first = f"SELECT inline(array({totals})) AS (check, violations) FROM {relation}"
    return "\nUNION ALL ".join((first, repeated, *orphans))


def results_of(
    violations: Mapping[str, int],
    table: Table,
    rules: Iterable[Rule],
    references: Iterable[Reference],
) -> list[Result]:
    """Results from the counts of `violations_query`, by name of the check."""
    return [
        *rule_results(rules, violations),
        _repeated_key(table, violations[REPEATED_KEY]),
        *[_unknown(reference, violations[reference.name]) for reference in references],
    ]


def rule_results(rules: Iterable[Rule], counts: Mapping[str, int]) -> list[Result]:
    """Results of rules whose aggregates were computed elsewhere, by rule name."""
    return [Result(r.name, r.severity, int(counts[r.name]), r.reason) for r in rules]


def promises(table: Table) -> list[Rule]:
    """Rules that a gold table implies: no key and no required column is null."""
    return [
        Rule(f"missing_{c.name}", f"{c.name} IS NOT NULL", f"{c.name} is missing", Severity.FAIL)
        for c in table.columns
        if not c.nullable
    ]


def orphans(rows: DataFrame, reference: Reference, parent: DataFrame) -> Result:
    """Rows whose reference is missing in its table."""
    known = parent.select(F.col(reference.target).alias(reference.column))
    pointing = rows.select(reference.column).dropna()
    return _unknown(reference, pointing.join(known, reference.column, "left_anti").count())


def _repeated_key(table: Table, keys: int) -> Result:
    reason = f"{', '.join(table.grain)} occurs more than once"
    return Result(REPEATED_KEY, Severity.FAIL, keys, reason)


def _unknown(reference: Reference, rows: int) -> Result:
    reason = f"{reference.column} is not in {reference.table}"
    return Result(reference.name, reference.severity, rows, reason)


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
