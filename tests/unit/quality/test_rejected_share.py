"""The share of rejected rows above which a silver table fails."""

from __future__ import annotations

import pytest

from lakehouse.quality.checks import (
    SMALL_NUMBER,
    ChecksFailedError,
    Result,
    rejected_share,
    stop_if_failed,
)
from lakehouse.workloads.shop.contracts.silver import ORDERS

REASON = "unreadable_purchased_at, 3 rows (order_purchase_timestamp cannot be read)"


def _share(kept: int, rejected: int, limit: float = 0.2) -> Result:
    return rejected_share(ORDERS, kept, rejected, limit, lambda: REASON)


@pytest.mark.parametrize(
    ("kept", "rejected", "limit", "fails"),
    [
        (0, 0, 0.2, False),
        (0, 3, 0.2, True),
        (1, 2, 0.2, False),
        (1, SMALL_NUMBER - 1, 0.2, False),
        (1, SMALL_NUMBER, 0.2, True),
        (800, 200, 0.2, False),
        (799, 201, 0.2, True),
        (799, 201, 0.5, False),
        (990, 10, 0, True),
        (1, 999, 1, False),
        (0, 1000, 1, True),
    ],
)
def test_share_above_the_limit_fails(kept: int, rejected: int, limit: float, fails: bool) -> None:
    result = _share(kept, rejected, limit)
    assert result.outcome == ("failed" if fails else "passed")
    assert result.broken_rows == (rejected if fails else 0)


def test_failure_names_rule_form_setting_and_command() -> None:
    with pytest.raises(ChecksFailedError) as caught:
        stop_if_failed(ORDERS, [_share(10, 20)])
    message = str(caught.value)
    for part in (
        "silver.orders was not replaced: rejected_share: 20 rows (of 30 rows; the setting",
        REASON,
        "LAKEHOUSE_REJECTED_SHARE_LIMIT",
        "./lakehouse quarantine list orders",
    ):
        assert part in message


def test_most_frequent_reason_is_only_computed_above_the_limit() -> None:
    def never() -> str:
        raise AssertionError

    assert rejected_share(ORDERS, 5, 1, 0.2, never).outcome == "passed"
