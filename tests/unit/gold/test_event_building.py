"""The statement that adds events to a fact."""

from __future__ import annotations

from lakehouse.contracts.gold_streams import FACT_CLICKSTREAM
from lakehouse.gold.event_building import merge_statement


def test_only_days_of_the_new_events_are_looked_at_and_nothing_is_changed() -> None:
    statement = merge_statement(FACT_CLICKSTREAM, ["2026-03-02", "2026-03-01"])

    assert "old.event_date_key IN (DATE'2026-03-01', DATE'2026-03-02')" in statement
    assert "old.event_id = new.event_id" in statement
    assert statement.endswith("\nWHEN NOT MATCHED THEN INSERT *")
    assert "UPDATE" not in statement
    assert "DELETE" not in statement
