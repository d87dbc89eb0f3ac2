"""Products for people: alternating least squares, the popularity it must beat, and the metric."""

from __future__ import annotations

from pyspark.ml.evaluation import RankingEvaluator
from pyspark.ml.recommendation import ALS, ALSModel
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lakehouse.workloads.shop.contracts import science as gold_science
from lakehouse.workloads.shop.science.errors import NothingToLearnError

RANK = 16
ITERATIONS = 10
REGULARIZATION = 0.1
CONFIDENCE = 10.0
SEED = 7
# a product that one person bought connects no two people
FEWEST_BUYERS = 2
# sums in another order differ in the last digits
_DIGITS = 6


def learnable(interactions: DataFrame) -> DataFrame:
    """The interactions with products that several people bought."""
    buyers = interactions.groupBy("product_key").agg(F.count(F.lit(1)).alias("buyers"))
    wanted = buyers.filter(F.col("buyers") >= FEWEST_BUYERS)
    return interactions.join(wanted, "product_key", "left_semi")


def fit(interactions: DataFrame) -> ALSModel:
    """Learn what people and products have in common; the same rows give the same model.

    Raises:
        NothingToLearnError: no product was bought by several people.
    """
    rows = learnable(interactions)
    if rows.isEmpty():
        raise NothingToLearnError(f"no product was bought by {FEWEST_BUYERS} people")
    # in one fixed order: factors are sums, and their start depends on where rows lie
    ordered = rows.coalesce(1).sortWithinPartitions("customer_key", "product_key")
    als = ALS(
        userCol="customer_key",
        itemCol="product_key",
        ratingCol="strength",
        implicitPrefs=True,
        alpha=CONFIDENCE,
        rank=RANK,
        maxIter=ITERATIONS,
        regParam=REGULARIZATION,
        numUserBlocks=2,
        numItemBlocks=2,
        seed=SEED,
    )
    return als.fit(ordered)


def by_model(model: ALSModel, interactions: DataFrame, people: DataFrame, count: int) -> DataFrame:
    """The best `count` products that each person has not bought, for people the model knows.

    Returns:
        `customer_key`, `product_key`, `score`, `recommendation_rank` from 1.
    """
    found = model.recommendForUserSubset(people, count + _most_bought(interactions, people))
    rows = found.select("customer_key", F.explode("recommendations").alias("found")).select(
        F.col("customer_key").cast("bigint").alias("customer_key"),
        F.col("found.product_key").cast("bigint").alias("product_key"),
        F.round(F.col("found.rating").cast("double"), _DIGITS).alias("score"),
    )
    return _best(rows, interactions, count)


def by_popularity(interactions: DataFrame, people: DataFrame, count: int) -> DataFrame:
    """The products most people bought, those left out that the person has; as `by_model`."""
    buyers = interactions.groupBy("product_key").agg(
        F.count(F.lit(1)).cast("double").alias("score")
    )
    enough = count + _most_bought(interactions, people)
    popular = buyers.orderBy(F.desc("score"), "product_key").limit(enough)
    return _best(people.crossJoin(F.broadcast(popular)), interactions, count)


def for_everybody(model: ALSModel, interactions: DataFrame) -> DataFrame:
    """The rows of `gold.fact_product_recommendation`: by the model, else what is popular."""
    count = gold_science.RECOMMENDATIONS
    people = interactions.select("customer_key").distinct()
    met = model.userFactors.select(F.col("id").cast("bigint").alias("customer_key"))
    known = by_model(model, interactions, people.join(met, "customer_key", "left_semi"), count)
    others = people.join(met, "customer_key", "left_anti")
    popular = by_popularity(interactions, others, count)
    rows = known.withColumn("method", F.lit(gold_science.ALS)).unionByName(
        popular.withColumn("method", F.lit(gold_science.POPULAR))
    )
    return rows.select(*gold_science.FACT_PRODUCT_RECOMMENDATION.column_names)


def ranking_metrics(recommended: DataFrame, held_out: DataFrame, k: int) -> dict[str, float]:
    """How well lists of `k` name what people then bought, as means over those people.

    Returns:
        `ndcg` and `recall`, 0 to 1; nobody's list counts as empty. Without people both are NaN.
    """
    bought = held_out.groupBy("customer_key").agg(
        F.collect_set(F.col("product_key").cast("double")).alias("label")
    )
    place = F.struct("recommendation_rank", F.col("product_key").cast("double").alias("product"))
    lists = recommended.groupBy("customer_key").agg(
        F.array_sort(F.collect_list(place))["product"].alias("prediction")
    )
    nothing = F.array().cast("array<double>")
    pairs = bought.join(lists, "customer_key", "left").select(
        "label", F.coalesce("prediction", nothing).alias("prediction")
    )
    if pairs.isEmpty():
        return {"ndcg": float("nan"), "recall": float("nan")}
    return {
        "ndcg": RankingEvaluator(metricName="ndcgAtK", k=k).evaluate(pairs),
        "recall": RankingEvaluator(metricName="recallAtK", k=k).evaluate(pairs),
    }


def _most_bought(interactions: DataFrame, people: DataFrame) -> int:
    """Products of the person among these who bought most."""
    counts = interactions.join(people, "customer_key", "left_semi").groupBy("customer_key").count()
    found = counts.agg(F.max("count").alias("most")).first()
    return int(found["most"] or 0) if found else 0


def _best(rows: DataFrame, interactions: DataFrame, count: int) -> DataFrame:
    """Each person's best rows, numbered; equal scores go by the product's key."""
    new = rows.join(interactions, ["customer_key", "product_key"], "left_anti")
    order = Window.partitionBy("customer_key").orderBy(F.desc("score"), "product_key")
    numbered = new.withColumn("recommendation_rank", F.row_number().over(order))
    return numbered.filter(F.col("recommendation_rank") <= count)
