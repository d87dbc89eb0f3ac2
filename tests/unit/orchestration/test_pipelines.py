"""Pipelines by name: what each builds, and which of them a run of everything holds."""

from __future__ import annotations

import pytest

from lakehouse.contracts.model import Layer
from lakehouse.orchestration import pipelines
from lakehouse.registry import catalog
from lakehouse.workloads.shop.pipelines import GOLD, SCIENCE
from lakehouse.workloads.weblogs.contracts import streams
from lakehouse.workloads.weblogs.pipelines import STREAMS_GOLD


def test_every_table_of_bronze_silver_and_gold_has_one_pipeline() -> None:
    built = [table.full_name for each in pipelines.KNOWN for table in each.tables]
    compacted = [table.full_name for each in pipelines.KNOWN for table in each.compacted]
    declared = [
        table.full_name
        for layer in (Layer.BRONZE, Layer.SILVER, Layer.GOLD)
        for table in catalog.LAYERS[layer]
    ]

    assert sorted(built + compacted) == sorted(declared)


def test_streams_and_models_are_no_part_of_a_run_from_source_to_gold() -> None:
    assert not {STREAMS_GOLD, SCIENCE} & set(pipelines.PIPELINES)
    assert pipelines.pipeline("Log_from_Silver_to_Gold_with_Hive") is STREAMS_GOLD


def test_streams_are_built_parents_first_and_compacted() -> None:
    built = [table.name for table in catalog.build_order(STREAMS_GOLD.tables)]

    assert built.index("fact_clickstream") < built.index("fact_session")
    assert built.index("fact_access_log") < built.index("fact_page_day")
    assert STREAMS_GOLD.compacted == streams.TABLES
    assert not GOLD.compacted


def test_an_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(pipelines.UnknownPipelineError, match="did you mean Log_from_Silver"):
        pipelines.pipeline("Log_from_Silver_to_Gold")
