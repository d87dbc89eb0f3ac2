"""Log lines to live tables and to gold: every one accounted for, the bad ones with their reason."""

from __future__ import annotations

import pytest

from acceptance import measuring
from acceptance.lake import LATE_PERCENT, LINES, MALFORMED_PERCENT
from integration.launching import lakehouse_json
from lakehouse.contracts import catalog
from lakehouse.contracts.model import Layer
from lakehouse.contracts.streams import STREAMS
from lakehouse.orchestration.pipelines import STREAMS_GOLD
from lakehouse.serving.thrift import query


@pytest.fixture(scope="module")
def proofs(written: dict[str, dict]) -> dict[str, dict]:
    found = lakehouse_json("verify", "--streams", "--wait", "60")
    return {proof["stream"]: proof for proof in found}


def test_the_writers_wrote_what_was_asked_for(written: dict[str, dict]) -> None:
    assert sum(counts["lines"] for counts in written.values()) == LINES
    malformed = sum(sum(counts["malformed"].values()) for counts in written.values())
    late = sum(counts["late"] for counts in written.values())
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
def test_gold_holds_the_good_lines(stream, written: dict[str, dict]) -> None:
    counts = written[stream.name]
    rows = query(f"SELECT count(*) FROM gold.{stream.fact}").rows

    assert rows == [(counts["lines"] - sum(counts["malformed"].values()),)]


def test_revenue_comes_to_gold_to_the_cent(written: dict[str, dict]) -> None:
    revenue = query(
        "SELECT CAST(sum(amount) AS STRING) FROM gold.fact_clickstream "
        "WHERE event_type = 'purchase'"
    ).rows

    assert revenue == [(str(written["clickstream"]["revenue"]),)]
    assert revenue == query("SELECT CAST(sum(revenue) AS STRING) FROM gold.fact_session").rows


def test_a_second_run_of_the_dag_writes_no_event(written: dict[str, dict]) -> None:
    facts = [catalog.table(Layer.GOLD, stream.fact) for stream in STREAMS]
    before = [measuring.version(fact) for fact in facts]
    lakehouse_json("run", STREAMS_GOLD.dag_id)

    assert [measuring.version(fact) for fact in facts] == before


def test_events_know_the_product_and_the_customer_of_the_warehouse(
    written: dict[str, dict],
) -> None:
    known = query(
        "SELECT count_if(product_key <> -1), count_if(customer_key <> -1) "
        "FROM gold.fact_clickstream"
    ).rows[0]

    assert all(count > 0 for count in known)
