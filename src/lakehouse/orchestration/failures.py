"""Permanent failures of a task: the same inputs would fail again, so a retry only loses time."""

from __future__ import annotations

import json
import re
from pathlib import Path

from lakehouse.platform.errors import PlatformError

_ERROR = "permanent_error"
_PERMANENT_ERRORS = (
    "lakehouse.registry.catalog.UnknownTableError",
    "lakehouse.gold.event_building.MissingDimensionError",
    "lakehouse.gold.sources.SilverDayError",
    "lakehouse.orchestration.failures.PermanentFailureError",
    "lakehouse.platform.settings.MissingSecretError",
    "lakehouse.quality.checks.ChecksFailedError",
    "lakehouse.workloads.shop.science.errors.NothingToLearnError",
    "builtins.FileNotFoundError",
    "builtins.NotADirectoryError",
    "builtins.PermissionError",
    # a missing table or column, a missing privilege
    "psycopg2.ProgrammingError",
)
_MISSING_IMPORT = ("lakehouse.silver.building.MissingImportError",)
# error conditions of Spark, by their prefix; other errors of Spark may be those of a server
# that is starting: Spark reports an unreachable metastore as an AnalysisException, too
_PERMANENT_CONDITIONS = (
    "TABLE_OR_VIEW_NOT_FOUND",
    "SCHEMA_NOT_FOUND",
    "PATH_NOT_FOUND",
    "UNRESOLVED_COLUMN",
    "PARSE_SYNTAX_ERROR",
    "DATATYPE_MISMATCH",
    "DELTA_TABLE_NOT_FOUND",
)
# texts of PostgreSQL and HDFS, as psycopg2, JDBC drivers and Sqoop pass them on
_PERMANENT_TEXTS = re.compile(
    r"password authentication failed"
    r"|no password supplied"
    r"|no pg_hba\.conf entry"
    r"|(role|database|relation|column) \S+ does not exist"
    r"|permission denied for"
    r"|AccessControlException"
    r"|InvalidInputException: Input path does not exist"
)


class PermanentFailureError(PlatformError):
    """A submitted program ended with an error that a retry does not heal."""


def write(report: Path, error: BaseException) -> None:
    """Leave a permanent error for the task that submitted this program."""
    report.write_text(json.dumps({_ERROR: str(error)}), encoding="utf-8")


def raise_written(report: Path) -> None:
    """Raise the permanent error that a submitted program has left, if it has.

    Raises:
        PermanentFailureError: with the message of the error.
    """
    if report.exists() and (error := json.loads(report.read_text("utf-8")).get(_ERROR)):
        raise PermanentFailureError(error)


def is_permanent(error: BaseException, *, day_was_asked_for: bool) -> bool:
    """True if the error, or one that it was raised from, does not go away by a retry.

    Args:
        error: what the task raised.
        day_was_asked_for: the run's day comes from a person. If it comes from an import, other
            tables of that import may still arrive, so a missing one is waited for.
    """
    permanent = {*_PERMANENT_ERRORS, *(_MISSING_IMPORT if day_was_asked_for else ())}
    return any(_is_permanent(each, permanent) for each in _chain(error))


def _is_permanent(error: BaseException, permanent: set[str]) -> bool:
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    return (
        not names.isdisjoint(permanent)
        or _condition(error).startswith(_PERMANENT_CONDITIONS)
        or _PERMANENT_TEXTS.search(str(error)) is not None
    )


def _condition(error: BaseException) -> str:
    condition = getattr(error, "getCondition", None)
    return str((condition() if callable(condition) else None) or "")


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in found:
        found.append(following)
        following = following.__cause__
    return found
