"""The tables of gold that models fill: what to recommend to whom, and who may stay away."""

from __future__ import annotations

from lakehouse.contracts.model import Column, Layer, Namespace, Rule, Severity, Table
from lakehouse.contracts.star import date_key, date_member, key, member
from lakehouse.workloads.shop.contracts.sources import WORKLOAD

NAMESPACE = Namespace(WORKLOAD, plain=True, folder="science")
BUILDER = "lakehouse.workloads.shop.science.building:build"
# Products recommended to a person.
RECOMMENDATIONS = 5
# Days within which a person returns, or counts as churned.
HORIZON_DAYS = 180
# How a recommendation was found.
ALS = "als"
POPULAR = "most popular"


def _made(name: str, type_: str, description: str) -> Column:
    return Column(name, type_, description, nullable=False, derived=True)


FACT_PRODUCT_RECOMMENDATION = Table(
    Layer.GOLD,
    "fact_product_recommendation",
    "A product recommended to a person who has not bought it",
    (
        key("customer_key", "Whom it is recommended to, at the present address"),
        key("product_key", "The product"),
        _made("recommendation_rank", "INT", "Place in the list, from 1"),
        _made("score", "DOUBLE", "Preference by ALS, or buyers of a popular product"),
        _made("method", "STRING", f"{ALS}, or {POPULAR} where ALS knows nothing of the person"),
    ),
    grain=("customer_key", "recommendation_rank"),
    namespace=NAMESPACE,
    builder=BUILDER,
    reads=("fact_order_item", "fact_review", "dim_customer"),
    references=(member("customer_key", "dim_customer"), member("product_key", "dim_product")),
    rules=(
        Rule(
            "within_the_list",
            f"recommendation_rank BETWEEN 1 AND {RECOMMENDATIONS}",
            f"the place is not 1 to {RECOMMENDATIONS}",
            Severity.FAIL,
        ),
    ),
)
FACT_CUSTOMER_CHURN_SCORE = Table(
    Layer.GOLD,
    "fact_customer_churn_score",
    f"A person, and how likely they buy nothing for {HORIZON_DAYS} days",
    (
        key("customer_key", "The person, at the present address"),
        date_key("scored_date_key", "Day as of which it is said, the day behind the last purchase"),
        _made("order_count", "INT", "Orders until then"),
        _made("days_since_order", "INT", "Days since the last order"),
        _made("churn_probability", "DOUBLE", "Probability, 0 to 1"),
    ),
    grain=("customer_key",),
    namespace=NAMESPACE,
    builder=BUILDER,
    reads=("fact_order", "fact_review", "dim_customer"),
    references=(member("customer_key", "dim_customer"), date_member("scored_date_key")),
    rules=(
        Rule(
            "is_a_probability",
            "churn_probability BETWEEN 0 AND 1",
            "the probability is not 0 to 1",
            Severity.FAIL,
        ),
    ),
)
TABLES: tuple[Table, ...] = (FACT_PRODUCT_RECOMMENDATION, FACT_CUSTOMER_CHURN_SCORE)
