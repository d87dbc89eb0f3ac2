"""The pipelines: names that people know, and the tables each one builds."""

from __future__ import annotations

import difflib

from lakehouse.contracts import catalog, gold, gold_science, gold_streams, sources, streams
from lakehouse.contracts.model import Layer, Table
from lakehouse.contracts.pipelines import Pipeline


class UnknownPipelineError(LookupError):
    """No pipeline has that name; the message offers the nearest."""


def _of_source(layer: Layer, database: str) -> tuple[Table, ...]:
    return tuple(t for t in catalog.LAYERS[layer] if t.source_database == database)


IMPORT_ECOM = Pipeline(
    "Import_Ecom_data_to_Bronze_State_using_SQOOP",
    "The shop's database, as it is today, to bronze",
    Layer.BRONZE,
    _of_source(Layer.BRONZE, sources.ECOM),
    tag=sources.ECOM,
)
IMPORT_MARKETING = Pipeline(
    "Import_Marketing_data_to_Bronze_State_using_SQOOP",
    "The marketing database, as it is today, to bronze",
    Layer.BRONZE,
    _of_source(Layer.BRONZE, sources.MARKETING),
    tag=sources.MARKETING,
)
SILVER_ECOM = Pipeline(
    "Ecom_from_Bronze_to_Silver_using_Spark",
    "The shop's tables typed, named, deduplicated; bad rows set aside",
    Layer.SILVER,
    _of_source(Layer.SILVER, sources.ECOM),
    tag=sources.ECOM,
    after=(IMPORT_ECOM.dag_id,),
)
SILVER_MARKETING = Pipeline(
    "Marketing_from_Bronze_to_Silver_using_Spark",
    "The marketing tables typed, named, deduplicated; bad rows set aside",
    Layer.SILVER,
    _of_source(Layer.SILVER, sources.MARKETING),
    tag=sources.MARKETING,
    after=(IMPORT_MARKETING.dag_id,),
)
GOLD = Pipeline(
    "Ecom_from_Silver_to_Gold_DataWarehouse_with_Hive",
    "The star schema, merged by grain",
    Layer.GOLD,
    gold.TABLES,
    after=(SILVER_ECOM.dag_id, SILVER_MARKETING.dag_id),
)
PIPELINES: tuple[Pipeline, ...] = (
    IMPORT_ECOM,
    IMPORT_MARKETING,
    SILVER_ECOM,
    SILVER_MARKETING,
    GOLD,
)
STREAMS_GOLD = Pipeline(
    "Log_from_Silver_to_Gold_with_Hive",
    "New events of the streams, merged by identity, and their summaries; small files compacted",
    Layer.GOLD,
    gold_streams.TABLES,
    tag="streams",
    schedule="15 * * * *",
    compacted=streams.TABLES,
    is_batch=False,
)
SCIENCE = Pipeline(
    "Ecom_Recommendation_and_Churn_with_SparkML",
    "Models trained on the star schema, kept on HDFS, their answers in gold",
    Layer.GOLD,
    gold_science.TABLES,
    tag="science",
    schedule="0 5 * * 1",
    is_batch=False,
)
KNOWN: tuple[Pipeline, ...] = (*PIPELINES, STREAMS_GOLD, SCIENCE)
MAINTENANCE = "Gold_DataWarehouse_Maintenance"


def pipeline(dag_id: str) -> Pipeline:
    """The pipeline of that name.

    Raises:
        UnknownPipelineError: there is none; the message names the nearest.
    """
    for candidate in KNOWN:
        if candidate.dag_id == dag_id:
            return candidate
    known = [p.dag_id for p in KNOWN]
    nearest = difflib.get_close_matches(dag_id, known, n=1, cutoff=0.3)
    hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(known)}"
    raise UnknownPipelineError(f"no pipeline is called {dag_id}; {hint}")
