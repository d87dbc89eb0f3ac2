"""Any server may be killed at any time: it comes back, and no row is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from acceptance import measuring
from acceptance.killing import Ordeal, run_while_killing
from acceptance.lake import Built
from acceptance.measuring import GOLD, SILVER, Fingerprint
from integration.launching import lakehouse_json
from lakehouse.contracts.model import Layer, Table
from lakehouse.platform.settings import Settings
from lakehouse.serving.thrift import query

# each while a layer is built that needs it
SERVERS = (
    ("postgres", Layer.BRONZE),
    ("namenode", Layer.BRONZE),
    ("airflow-dag-processor", Layer.BRONZE),
    ("airflow-scheduler", Layer.SILVER),
    ("datanode", Layer.SILVER),
    ("metastore", Layer.SILVER),
    ("airflow-api-server", Layer.GOLD),
    ("spark", Layer.GOLD),
    ("airflow-triggerer", Layer.GOLD),
)


@dataclass(frozen=True)
class Survived:
    """The tables before and after the ordeal, and what happened in it."""

    before: dict[str, Fingerprint]
    after: dict[str, Fingerprint]
    ordeal: Ordeal

    def count(self, difference: Callable[[int, int], int]) -> int:
        """Rows by which tables differ, summed over all tables."""
        return sum(
            max(0, difference(rows.rows, self.after[name].rows))
            for name, rows in self.before.items()
        )

    @property
    def lost(self) -> int:
        return self.count(lambda before, after: before - after)

    @property
    def doubled(self) -> int:
        return self.count(lambda before, after: after - before)


@pytest.fixture(scope="module")
def survived(built: Built, platform: Settings) -> Survived:
    before = measuring.fingerprints([*SILVER, *GOLD])
    for table in GOLD:
        # facts are to be written anew in the middle of it all: an unchanged table proves little
        if not table.is_dimension:
            query(f"DELETE FROM {table.full_name}")
    ordeal = run_while_killing(platform, SERVERS, built.day)
    return Survived(before, measuring.fingerprints([*SILVER, *GOLD]), ordeal)


def test_each_server_was_killed_once_at_work_and_came_back(
    survived: Survived, capsys: pytest.CaptureFixture[str]
) -> None:
    ordeal = survived.ordeal
    with capsys.disabled():
        print(f"\n{'killed':24}{'at s':>6}{'ready after s':>15}  tasks at work")
        for kill in ordeal.kills:
            took = kill.seconds_until_ready
            print(f"{kill.server:24}{kill.second:6.0f}{took:15.1f}  {kill.at_work}")
        print(
            f"{ordeal.runs} run(s) in {ordeal.seconds:.0f} s, resumed by: "
            f"{'; '.join(ordeal.resumed_by) or 'nothing, retries sufficed'}; "
            f"rows lost {survived.lost}, doubled {survived.doubled}"
        )
    assert {kill.server for kill in ordeal.kills} == {name for name, _ in SERVERS}


def test_runs_end_well_or_by_the_command_they_name(survived: Survived) -> None:
    assert survived.ordeal.complaint == ""


@pytest.mark.parametrize("table", [*SILVER, *GOLD], ids=lambda table: table.full_name)
def test_table_is_as_if_nothing_had_happened(table: Table, survived: Survived) -> None:
    assert survived.after[table.full_name] == survived.before[table.full_name]


def test_every_line_of_verify_balances_after_the_kills(survived: Survived) -> None:
    assert [line for line in lakehouse_json("verify") if not line["balanced"]] == []
