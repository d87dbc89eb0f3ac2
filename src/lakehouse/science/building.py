"""Filling a table of gold by a model: learn, keep the model on HDFS, read it back, score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from pyspark.ml import PipelineModel
from pyspark.ml.recommendation import ALSModel
from pyspark.sql import DataFrame, SparkSession

from lakehouse.contracts import catalog, gold_science, places
from lakehouse.contracts.model import Layer, Table
from lakehouse.gold.building import GoldReport, ensure_table, publish
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import settings
from lakehouse.science import churn, recommendation
from lakehouse.science.interactions import interactions


class NoPurchasesError(PlatformError):
    """There is nothing to learn from."""

    def __init__(self) -> None:
        super().__init__(
            "gold holds no purchases to learn from: run ./lakehouse load --from FOLDER, then "
            "./lakehouse run --all"
        )


def build(spark: SparkSession, name: str, ingest_date: str) -> GoldReport:
    """Train a table's model anew and bring the table to what it says.

    Raises:
        NoPurchasesError: the star schema is not built, or without purchases.
        lakehouse.quality.checks.ChecksFailedError: readers keep the table as it was.
    """
    contract = catalog.table(Layer.GOLD, name)
    inputs = [catalog.table(Layer.GOLD, read).full_name for read in contract.reads]
    if not all(spark.catalog.tableExists(read) for read in inputs):
        raise NoPurchasesError
    rows = _SCORED[name](contract, *(spark.table(read) for read in inputs))
    ensure_table(spark, contract)
    return publish(spark, contract, rows, ingest_date)


def model_path(contract: Table) -> str:
    """Where the table's model lies, as Spark reads it."""
    return settings().hdfs_url + places.model_folder(contract)


def _recommendations(
    contract: Table, fact_order_item: DataFrame, fact_review: DataFrame
) -> DataFrame:
    known = interactions(fact_order_item, fact_review)
    learnable = recommendation.learnable(known)
    if learnable.isEmpty():
        raise NoPurchasesError
    recommendation.fit(learnable).write().overwrite().save(model_path(contract))
    return recommendation.for_everybody(ALSModel.load(model_path(contract)), known)


def _churn_scores(contract: Table, fact_order: DataFrame, fact_review: DataFrame) -> DataFrame:
    end = churn.day_after_last(fact_order)
    if end is None:
        raise NoPurchasesError
    start = end - dt.timedelta(days=gold_science.HORIZON_DAYS)
    known = churn.features(fact_order, fact_review, start)
    labelled = churn.with_outcome(known, fact_order, start)
    churn.fit(labelled).write().overwrite().save(model_path(contract))
    now = churn.features(fact_order, fact_review, end)
    return churn.scores(PipelineModel.load(model_path(contract)), now, end)


_SCORED: dict[str, Callable[..., DataFrame]] = {
    gold_science.FACT_PRODUCT_RECOMMENDATION.name: _recommendations,
    gold_science.FACT_CUSTOMER_CHURN_SCORE.name: _churn_scores,
}
