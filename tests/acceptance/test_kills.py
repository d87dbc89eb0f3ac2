"""Any server may be killed at any time: it comes back, and runs end well.

That no row is lost or doubled is seen in the tests after it, of a second run and of the counts.
"""

from __future__ import annotations

import pytest

from acceptance import measuring
from acceptance.generated import SERVERS, Generated
from acceptance.killing import Ordeal


@pytest.fixture(scope="module")
def ordeal(generated: Generated) -> Ordeal:
    return generated.ordeal


def test_each_server_was_killed_once_at_work_and_came_back(
    ordeal: Ordeal, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(f"\n{'killed':24}{'at s':>6}{'ready after s':>15}  tasks at work")
        for kill in ordeal.kills:
            took = kill.seconds_until_ready
            print(f"{kill.server:24}{kill.second:6.0f}{took:15.1f}  {kill.at_work}")
        print(
            f"{ordeal.runs} run(s) in {ordeal.seconds:.0f} s, resumed by: "
            f"{'; '.join(ordeal.resumed_by) or 'nothing, retries sufficed'}"
        )
    assert {kill.server for kill in ordeal.kills} == {name for name, _ in SERVERS}


def test_runs_end_well_or_by_the_command_they_name(ordeal: Ordeal) -> None:
    assert ordeal.complaint == ""


def test_every_line_of_verify_balances_after_the_kills(ordeal: Ordeal) -> None:
    assert measuring.unbalanced() == []
