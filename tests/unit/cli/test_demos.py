"""Demos of workloads: which are shown, in which order, and what is said of names without one."""

from __future__ import annotations

import pytest

from lakehouse.cli import demos
from lakehouse.contracts.demo import Demo, DemoStep
from lakehouse.contracts.workload import Workload
from lakehouse.platform.errors import PlatformError
from lakehouse.registry import catalog

SHOWN = Demo((DemoStep("Servers", ("batch",)),), by_default=True)
ON_REQUEST = Demo((DemoStep("Toys"),))
_HERE = __name__
STREAMS = catalog.STREAMS[:1]
WORKLOADS = (
    Workload("toys", "Toys", uses=("stock",), demo=f"{_HERE}:ON_REQUEST"),
    Workload("stock", "Stock", uses=("books",)),
    Workload("books", "Books", demo=f"{_HERE}:SHOWN"),
    Workload("films", "Films", uses=("books",), demo=f"{_HERE}:SHOWN", streams=STREAMS),
)


def names(*asked: str, streams: bool = True) -> list[str]:
    found = demos.chosen(asked, streams=streams, workloads=WORKLOADS)
    return [one.name for one, _ in found]


def test_without_names_the_default_ones_are_shown_in_order_of_use() -> None:
    assert names() == ["books", "films"]
    assert names(streams=False) == ["books"]


def test_named_one_comes_after_those_that_it_uses() -> None:
    assert names("toys") == ["books", "toys"]
    assert names("films", "toys", "books") == ["books", "films", "toys"]


def test_workload_without_a_demo_is_refused() -> None:
    with pytest.raises(PlatformError, match=r"stock has no demo; .* toys, books, films"):
        names("stock")


def test_nothing_left_is_an_error() -> None:
    only = (Workload("films", "Films", demo=f"{_HERE}:SHOWN", streams=STREAMS),)
    with pytest.raises(PlatformError, match="without streams, nothing is left to show of films"):
        demos.chosen(["films"], streams=False, workloads=only)


def test_shop_and_its_logs_are_shown_by_default() -> None:
    assert [one.name for one, _ in demos.chosen([])] == ["shop", "weblogs"]
    assert [one.name for one, _ in demos.chosen(["weblogs"])] == ["shop", "weblogs"]
    assert [one.name for one, _ in demos.chosen([], streams=False)] == ["shop"]


@pytest.mark.parametrize("shown", demos.chosen([]), ids=lambda shown: str(shown[0].name))
def test_actions_exist(shown: demos.Shown) -> None:
    from lakehouse.contracts.functions import named

    _, demo = shown
    references = [*[step.action for step in demo.steps if step.action], demo.check]
    assert all(callable(named(reference)) for reference in references if reference)
