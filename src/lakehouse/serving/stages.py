"""Stages of a stream's reconciliation, from the sinks that it declares."""

from __future__ import annotations

from collections.abc import Iterator

from lakehouse.contracts.sinks import has_amount
from lakehouse.contracts.streams import Route, Stream
from lakehouse.registry import sinks
from lakehouse.registry.catalog import PIPELINES
from lakehouse.serving.ledger import CLEAN, TOPICS, Hop, Stage

_FIRST_BIT = 1 << len(TOPICS)
SILVER = "hdfs"
_IN_DRIVER = "see ./lakehouse logs streaming"


def stages(stream: Stream) -> tuple[Stage, ...]:
    """Stages behind the clean topic: each sink of events, then gold."""
    return tuple(_stages(stream))


def window_stages(stream: Stream) -> tuple[Stage, ...]:
    """Stages from topics of windows to tables with a declared grain."""
    return tuple(
        Stage(Hop(1, route.window.name), hop(route, 2), route)
        for route in stream.routes
        if route.window and route.keyed
    )


def hop(route: Route, bit: int) -> Hop:
    """The sink of a route as a hop."""
    module = sinks.module(route.sink)
    return Hop(bit, module.TITLE, module.ONCE, _remedy(route))


def _stages(stream: Stream) -> Iterator[Stage]:
    bit = _FIRST_BIT
    silver = None
    for route in (one for one in stream.routes if one.is_of_events):
        after = hop(route, bit)
        yield Stage(CLEAN, after, route, has_amount(route))
        silver = after if route.sink == SILVER else silver
        bit <<= 1
    if silver and stream.fact:
        yield Stage(silver, Hop(bit, "gold", is_once=True, remedy=_gold_remedy(stream)))


def _remedy(route: Route) -> str:
    log = route.stream.log
    if log is None or not route.is_in_nifi:
        return _IN_DRIVER
    if route.sink == SILVER:
        return "see the flow ToSilverState, which writes bundle by bundle"
    return f"see the flow {log.live_flow}, ./lakehouse watch"


def _gold_remedy(stream: Stream) -> str:
    dags = [one.dag_id for one in PIPELINES if stream.event in one.compacted]
    return f"./lakehouse run {dags[0]} brings gold up to date" if dags else ""
