"""Filling a table of gold by a model: learn, keep the model on HDFS, read it back, score."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.ml import PipelineModel
from pyspark.ml.recommendation import ALSModel
from pyspark.sql import DataFrame, SparkSession

from lakehouse.contracts import places
from lakehouse.contracts.model import Layer, Table
from lakehouse.gold.building import GoldReport, ensure_table, publish
from lakehouse.platform.settings import settings
from lakehouse.registry import catalog
from lakehouse.workloads.shop.contracts import science as gold_science
from lakehouse.workloads.shop.gold.versions import by_person
from lakehouse.workloads.shop.science import churn, recommendation
from lakehouse.workloads.shop.science.errors import NothingToLearnError
from lakehouse.workloads.shop.science.interactions import interactions


def build(spark: SparkSession, name: str, ingest_date: str) -> GoldReport:
    """Train a table's model anew and bring the table to what it says.

    Raises:
        NothingToLearnError: the star schema is not built, or holds too little.
        lakehouse.quality.checks.ChecksFailedError: readers keep the table as it was.
    """
    contract = catalog.table(Layer.GOLD, name)
    inputs = [catalog.table(Layer.GOLD, read).full_name for read in contract.reads]
    missing = [read for read in inputs if not spark.catalog.tableExists(read)]
    if missing:
        raise NothingToLearnError(f"there is no {' and no '.join(missing)}")
    *facts, dim_customer = (spark.table(read) for read in inputs)
    people = [by_person(fact, dim_customer) for fact in facts]
    rows = _SCORED[name](model_path(contract), *people)
    ensure_table(spark, contract)
    return publish(spark, contract, rows, ingest_date)


def model_path(contract: Table) -> str:
    """Where the table's model lies, as Spark reads it."""
    return settings().hdfs_url + places.model_folder(contract)


def _recommendations(path: str, fact_order_item: DataFrame, fact_review: DataFrame) -> DataFrame:
    known = interactions(fact_order_item, fact_review)
    recommendation.fit(known).write().overwrite().save(path)
    return recommendation.for_everybody(ALSModel.load(path), known)


def _churn_scores(path: str, fact_order: DataFrame, fact_review: DataFrame) -> DataFrame:
    end = churn.day_after_last(fact_order)
    labelled = churn.labelled(fact_order, fact_review, end - churn.HORIZON)
    churn.fit(labelled).write().overwrite().save(path)
    now = churn.features(fact_order, fact_review, end)
    return churn.scores(PipelineModel.load(path), now, end)


_SCORED: dict[str, Callable[..., DataFrame]] = {
    gold_science.FACT_PRODUCT_RECOMMENDATION.name: _recommendations,
    gold_science.FACT_CUSTOMER_CHURN_SCORE.name: _churn_scores,
}
