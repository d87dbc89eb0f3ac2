"""Run again for the same date, the five DAGs change nothing, and a third time they build nothing.

The second run is a full one, as others build no table that is unchanged. Before it, every server
was killed: a row lost or duplicated then would be put right now, and show.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from acceptance import measuring
from acceptance.generated import DAY, Generated
from acceptance.measuring import GOLD, SILVER, Fingerprint
from integration.launching import lakehouse_json
from lakehouse.contracts.model import Table
from lakehouse.orchestration.pipelines import PIPELINES


@dataclass(frozen=True)
class Rerun:
    """The tables before and after a second run, and the versions of gold before it."""

    before: dict[str, Fingerprint]
    after: dict[str, Fingerprint]
    versions: dict[str, int]
    states: set[str]

    @property
    def gained(self) -> list[int]:
        """How many more rows each table has after it; fewer are below zero."""
        return [self.after[name].rows - table.rows for name, table in self.before.items()]


@pytest.fixture(scope="module")
def rerun(generated: Generated) -> Rerun:
    before = measuring.fingerprints([*SILVER, *GOLD])
    versions = {table.name: measuring.version(table) for table in GOLD}
    runs = lakehouse_json("run", "--all", "--full", "--date", DAY)
    after = measuring.fingerprints([*SILVER, *GOLD])
    return Rerun(before, after, versions, {run["state"] for run in runs})


def test_second_run_ends_well(rerun: Rerun) -> None:
    assert rerun.states == {"success"}


def test_no_row_was_lost_or_doubled(rerun: Rerun, capsys: pytest.CaptureFixture[str]) -> None:
    lost = sum(rows for rows in rerun.gained if rows > 0)
    doubled = -sum(rows for rows in rerun.gained if rows < 0)
    with capsys.disabled():
        print(f"\nrows lost {lost}, doubled {doubled}, by a second run of the same day")
    assert (lost, doubled) == (0, 0)


@pytest.mark.parametrize("table", [*SILVER, *GOLD], ids=lambda table: table.full_name)
def test_table_is_the_same_after_a_second_run(table: Table, rerun: Rerun) -> None:
    # keys are columns too, so a key that had changed would show here
    assert rerun.before[table.full_name].rows > 0
    assert rerun.after[table.full_name] == rerun.before[table.full_name]


@pytest.mark.parametrize("table", GOLD, ids=lambda table: table.name)
def test_second_run_writes_no_row_of_gold(table: Table, rerun: Rerun) -> None:
    assert measuring.rows_written_since(table, rerun.versions[table.name]) == 0


def test_run_without_changes_builds_no_table(rerun: Rerun) -> None:
    runs = lakehouse_json("run", "--all", "--date", DAY)
    assert {run["dag"]: run["unchanged"] for run in runs} == {
        pipeline.dag_id: len(pipeline.tables) for pipeline in PIPELINES
    }
    assert measuring.fingerprints([*SILVER, *GOLD]) == rerun.after
