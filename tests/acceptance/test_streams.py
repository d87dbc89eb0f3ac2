"""Log lines to live tables and to gold: every one accounted for, the bad ones with their reason."""

from __future__ import annotations

import datetime as dt

import pytest

from acceptance import measuring
from acceptance.lake import LATE_PERCENT, LINES, MALFORMED_PERCENT
from integration.launching import lakehouse_json
from lakehouse.cli.grafana import without_rows
from lakehouse.contracts.model import Layer
from lakehouse.platform.prometheus import Prometheus
from lakehouse.platform.settings import Settings
from lakehouse.registry import catalog
from lakehouse.registry.catalog import STREAMS
from lakehouse.serving.grafana.queries import Asked, ask_all
from lakehouse.serving.metrics.declared import DEAD_LETTERS, METRICS, REQUESTS, untold
from lakehouse.serving.thrift import query
from lakehouse.workloads.weblogs.pipelines import STREAMS_GOLD


@pytest.fixture(scope="module")
def proofs(streamed: dict[str, dict]) -> dict[str, dict]:
    found = lakehouse_json("verify", "--streams", "--wait", "60")
    return {proof["stream"]: proof for proof in found}


def test_the_writers_wrote_what_was_asked_for(streamed: dict[str, dict]) -> None:
    assert sum(counts["lines"] for counts in streamed.values()) == LINES
    malformed = sum(sum(counts["malformed"].values()) for counts in streamed.values())
    late = sum(counts["late"] for counts in streamed.values())
    assert malformed == pytest.approx(LINES * MALFORMED_PERCENT / 100, rel=0.25)
    assert late == pytest.approx(LINES * LATE_PERCENT / 100, rel=0.25)


@pytest.mark.parametrize("stream", [stream.name for stream in STREAMS])
def test_every_line_balances(stream: str, proofs: dict[str, dict]) -> None:
    lines = proofs[stream]["lines"]

    assert {"log → raw", "raw → clean + dead-letter", "silver → gold"} <= {
        line["hop"] for line in lines
    }
    assert [line for line in lines if not line["balanced"]] == []


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_gold_holds_the_good_lines(stream, streamed: dict[str, dict]) -> None:
    counts = streamed[stream.name]
    rows = query(f"SELECT count(*) FROM gold.{stream.fact}").rows

    assert rows == [(counts["lines"] - sum(counts["malformed"].values()),)]


def test_revenue_comes_to_gold_to_the_cent(streamed: dict[str, dict]) -> None:
    revenue = query(
        "SELECT CAST(sum(amount) AS STRING) FROM gold.fact_clickstream "
        "WHERE event_type = 'purchase'"
    ).rows

    assert revenue == [(str(streamed["clickstream"]["revenue"]),)]
    for summary in ("fact_session", "fact_product_day"):
        total = f"SELECT CAST(sum(revenue) AS STRING) FROM gold.{summary}"
        assert query(total).rows == revenue


def test_a_second_run_of_the_dag_writes_no_event(streamed: dict[str, dict]) -> None:
    facts = [catalog.table(Layer.GOLD, stream.fact) for stream in STREAMS]
    before = [measuring.version(fact) for fact in facts]
    lakehouse_json("run", STREAMS_GOLD.dag_id)

    assert [measuring.version(fact) for fact in facts] == before


def test_events_of_a_customer_who_left_stay_and_are_the_unknown_ones(
    streamed: dict[str, dict],
) -> None:
    customers = catalog.table(Layer.GOLD, "dim_customer")
    version = measuring.version(customers)
    key, visitor = query(
        "SELECT customer_key, user_id FROM gold.fact_clickstream ORDER BY 1 DESC LIMIT 1"
    ).rows[0]
    events = f"SELECT count(*) FROM gold.fact_clickstream WHERE user_id = {visitor}"
    before = query(events).rows
    assert key > 0
    query(f"DELETE FROM {customers.full_name} WHERE customer_key = {key}")
    try:
        lakehouse_json("run", STREAMS_GOLD.dag_id)
        for fact in ("fact_clickstream", "fact_session"):
            keys = f"SELECT DISTINCT customer_key FROM gold.{fact} WHERE user_id = {visitor}"
            assert query(keys).rows == [(-1,)]
        assert query(events).rows == before
    finally:
        query(f"RESTORE TABLE {customers.full_name} TO VERSION AS OF {version}")


def test_events_know_the_product_and_the_customer_of_the_warehouse(
    streamed: dict[str, dict],
) -> None:
    known = query(
        "SELECT count_if(product_key <> -1), count_if(customer_key <> -1) "
        "FROM gold.fact_clickstream"
    ).rows[0]

    assert all(count > 0 for count in known)


@pytest.fixture(scope="module")
def asked(made: dict, platform: Settings) -> list[Asked]:
    """Every query of the dashboards, for the time in which the lines were written.

    Figures come a little behind the lines: they are read, and then Prometheus reads them.
    """
    end = made["ended"] + dt.timedelta(seconds=20)
    since_midnight = end - end.replace(hour=0, minute=0, second=0, microsecond=0)
    return list(ask_all(end, min(since_midnight, dt.timedelta(minutes=30)), platform))


def test_every_query_of_the_dashboards_is_answered(asked: list[Asked]) -> None:
    assert [(one.filled, one.error) for one in asked if one.error] == []
    assert len(asked) > 50


def test_every_panel_has_rows(asked: list[Asked]) -> None:
    assert without_rows(asked) == []


def test_every_query_of_a_live_table_reads_one_partition(asked: list[Asked]) -> None:
    traced = {one.filled: one.trace for one in asked if one.trace is not None}
    assert len(traced) > 15
    assert {cql: trace for cql, trace in traced.items() if trace.partitions != 1} == {}
    assert {cql: trace for cql, trace in traced.items() if trace.ranges or trace.tombstones} == {}


def test_every_declared_figure_is_published(asked: list[Asked], platform: Settings) -> None:
    names = set(Prometheus(platform).label_values("__name__", '{job="metrics"}'))
    assert {metric.name for metric in {*METRICS} - untold(platform.runtime)} <= names


def test_figures_are_those_of_the_writers(streamed: dict[str, dict], platform: Settings) -> None:
    prometheus = Prometheus(platform)
    now = dt.datetime.now(dt.UTC).timestamp()
    for stream in STREAMS:
        counted = prometheus.query(f'sum({DEAD_LETTERS.name}{{stream="{stream.name}"}})', now)
        planted = sum(streamed[stream.name]["malformed"].values())
        assert [float(one["value"][1]) for one in counted] == [planted]
    requests = prometheus.query(f"max_over_time(sum({REQUESTS.name})[10m:15s])", now)
    assert 0 < float(requests[0]["value"][1]) <= streamed["access_log"]["lines"]
