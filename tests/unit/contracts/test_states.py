"""The declared states are those that addresses may have."""

from __future__ import annotations

from lakehouse.workloads.shop.contracts.states import STATES
from lakehouse.workloads.shop.generator import brazil


def test_each_state_stands_once_and_by_its_code() -> None:
    codes = [state.code for state in STATES]

    assert codes == sorted(set(codes))
    assert len({state.name for state in STATES}) == len(STATES)


def test_generated_addresses_lie_in_all_of_them() -> None:
    assert {state.code for state in brazil.STATES} == {state.code for state in STATES}
