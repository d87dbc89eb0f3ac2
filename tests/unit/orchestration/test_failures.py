"""Classes of errors that a retry does not heal, and those that it does."""

from __future__ import annotations

import importlib
from pathlib import Path

import psycopg2
import psycopg2.errors
import pytest
import requests
from pyspark.errors import AnalysisException

from lakehouse.bronze.importing import ImportMismatchError
from lakehouse.contracts.model import Layer
from lakehouse.gold.sources import SilverDayError
from lakehouse.orchestration import failures, steps
from lakehouse.orchestration.failures import PermanentFailureError, is_permanent
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import MissingSecretError
from lakehouse.platform.sqoop import SqoopError
from lakehouse.quality.checks import ChecksFailedError
from lakehouse.registry.catalog import UnknownTableError
from lakehouse.silver.building import MissingImportError
from lakehouse.workloads.shop.science.errors import NothingToLearnError

REFUSED = 'connection to server failed: FATAL:  password authentication failed for user "reader"'


def analysis(condition: str) -> AnalysisException:
    error = AnalysisException("x")
    error._errorClass = condition
    return error


PERMANENT = [
    ChecksFailedError("gold.fact_order was not replaced"),
    NothingToLearnError("there are no purchases"),
    SilverDayError("silver holds other days"),
    UnknownTableError("no such table"),
    MissingSecretError("run set-up"),
    FileNotFoundError("/lakehouse/nowhere"),
    PermissionError("denied"),
    psycopg2.OperationalError(REFUSED),
    psycopg2.OperationalError('FATAL:  database "ecom" does not exist'),
    psycopg2.errors.UndefinedTable('relation "orders" does not exist'),
    psycopg2.errors.InsufficientPrivilege("permission denied for table orders"),
    SqoopError(f"sqoop import failed:\norg.postgresql.util.PSQLException: {REFUSED}"),
    SqoopError("sqoop import failed:\nInvalidInputException: Input path does not exist: x"),
    analysis("TABLE_OR_VIEW_NOT_FOUND"),
    analysis("PATH_NOT_FOUND"),
    analysis("UNRESOLVED_COLUMN.WITH_SUGGESTION"),
]
PASSING = [
    ImportMismatchError("the source has 3 rows, the import 2"),
    PlatformError("the Spark engine does not answer"),
    ConnectionRefusedError("HDFS is starting"),
    TimeoutError("no answer"),
    requests.ConnectionError("WebHDFS"),
    psycopg2.OperationalError("connection refused"),
    psycopg2.OperationalError("FATAL:  the database system is starting up"),
    psycopg2.OperationalError("FATAL:  sorry, too many clients already"),
    SqoopError("sqoop import failed:\njava.net.ConnectException: Connection refused"),
    # as Spark reports an unreachable metastore
    analysis("_LEGACY_ERROR_TEMP_3065"),
    RuntimeError("org.apache.hadoop.ipc.RetriableException: safe mode"),
]


@pytest.mark.parametrize("error", PERMANENT, ids=repr)
def test_error_is_permanent(error: Exception) -> None:
    assert is_permanent(error, day_was_asked_for=False)


@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_error_may_pass(error: Exception) -> None:
    assert not is_permanent(error, day_was_asked_for=True)


def test_cause_of_an_error_counts() -> None:
    wrapped = PlatformError("the import failed")
    wrapped.__cause__ = psycopg2.OperationalError(REFUSED)

    assert is_permanent(wrapped, day_was_asked_for=False)


@pytest.mark.parametrize("asked", [True, False])
def test_missing_import_is_permanent_if_a_person_named_the_day(asked: bool) -> None:
    error = MissingImportError("bronze.orders has no import of 2018-01-01")

    assert is_permanent(error, day_was_asked_for=asked) is asked


def test_submitted_program_passes_on_a_permanent_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def submit(program: Path, arguments: list[str]) -> None:
        failures.write(Path(arguments[-1]), ChecksFailedError("gold.fact_order was not replaced"))
        raise PlatformError("spark-submit ended with code 1")

    monkeypatch.setattr(steps.spark, "submit", submit)
    with pytest.raises(PermanentFailureError, match=r"gold\.fact_order was not") as raised:
        steps._submitted(Layer.GOLD, "fact_order", "2026-03-01")

    assert is_permanent(raised.value, day_was_asked_for=False)


def test_submitted_program_that_left_no_error_may_be_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def submit(program: Path, arguments: list[str]) -> None:
        raise PlatformError("spark-submit ended with code 137")

    monkeypatch.setattr(steps.spark, "submit", submit)
    with pytest.raises(PlatformError, match="code 137") as raised:
        steps._submitted(Layer.GOLD, "fact_order", "2026-03-01")

    assert not is_permanent(raised.value, day_was_asked_for=False)


@pytest.mark.parametrize("name", [*failures._PERMANENT_ERRORS, *failures._MISSING_IMPORT])
def test_named_error_exists(name: str) -> None:
    module, _, kind = name.rpartition(".")

    assert issubclass(getattr(importlib.import_module(module), kind), Exception)
