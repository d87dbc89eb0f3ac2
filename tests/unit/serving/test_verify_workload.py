"""Checks of one workload, without Spark: they are only listed."""

from __future__ import annotations

from lakehouse.registry import catalog
from lakehouse.serving import verify


def test_checks_of_a_workload_are_those_of_its_tables() -> None:
    shop, weblogs = (
        [one for one in catalog.WORKLOADS if one.name == name] for name in ("shop", "weblogs")
    )
    # its tables are built from events, which the reconciliation of streams counts
    assert verify.checks_of(weblogs) == []
    assert len(verify.checks_of(shop)) == len(verify.checks_of(catalog.WORKLOADS)) > 50
