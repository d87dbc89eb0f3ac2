"""Errors in the structured log of a task of Airflow."""

from __future__ import annotations

from lakehouse.platform.airflow import last_error


def event(text: str, *details: tuple[str, str]) -> dict[str, object]:
    found: dict[str, object] = {"event": text}
    if details:
        found["error_detail"] = [{"exc_type": kind, "exc_value": value} for kind, value in details]
    return found


def test_exception_that_was_raised_is_shown_not_its_cause() -> None:
    events = [
        event("started"),
        event("Task failed with exception", ("AirflowFailException", "a"), ("ValueError", "b")),
        event("::group::Post Execute"),
    ]

    assert last_error(events) == "AirflowFailException: a"


def test_last_of_several_exceptions_is_shown() -> None:
    events = [event("retrying", ("OSError", "first")), event("failed", ("OSError", "second"))]

    assert last_error(events) == "OSError: second"


def test_stack_trace_of_the_jvm_is_left_out() -> None:
    message = "[TABLE_OR_VIEW_NOT_FOUND] no x\n\nSQLSTATE: 42P01\n\nJVM stacktrace:\norg.apache"

    assert last_error([event("failed", ("AnalysisException", message))]) == (
        "AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] no x\n    SQLSTATE: 42P01"
    )


def test_log_without_an_exception_has_no_error() -> None:
    assert last_error(["plain text", event("killed")]) == ""
