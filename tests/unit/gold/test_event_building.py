"""The statements that add events to a fact, and that let go of members."""

from __future__ import annotations

from lakehouse.gold.event_building import merge_statement, release_statement
from lakehouse.workloads.weblogs.contracts.gold import FACT_CLICKSTREAM


def test_only_days_of_the_new_events_are_looked_at_and_nothing_is_changed() -> None:
    statement = merge_statement(FACT_CLICKSTREAM, ["2026-03-02", "2026-03-01"])

    assert "old.event_date_key IN (DATE'2026-03-01', DATE'2026-03-02')" in statement
    assert "old.event_id = new.event_id" in statement
    assert statement.endswith("\nWHEN NOT MATCHED THEN INSERT *")
    assert "UPDATE" not in statement
    assert "DELETE" not in statement


def test_only_the_key_of_members_that_left_is_changed() -> None:
    customer = next(one for one in FACT_CLICKSTREAM.references if one.column == "customer_key")
    statement = release_statement(FACT_CLICKSTREAM, customer)

    assert "ON held.customer_key = gone.customer_key\n" in statement
    assert statement.endswith("WHEN MATCHED THEN UPDATE SET held.customer_key = -1")
    assert "INSERT" not in statement
    assert "DELETE" not in statement
