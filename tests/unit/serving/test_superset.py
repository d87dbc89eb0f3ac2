"""What Superset imports names only what gold has, and every question is Spark SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from lakehouse.contracts.model import Layer
from lakehouse.registry import catalog
from lakehouse.serving.dashboard import words
from lakehouse.serving.superset import files as generated
from lakehouse.serving.superset.charts import KINDS, Chart
from lakehouse.serving.superset.datasets import beside
from lakehouse.serving.superset.declared import DATASETS, PAGES
from lakehouse.workloads.shop.contracts.gold import DIM_CUSTOMER, DIM_PRODUCT
from lakehouse.workloads.shop.gold.dimensions import dim_product
from lakehouse.workloads.weblogs.superset.figures import EVENTS, SESSION_STEPS

CHARTS = [chart for page in PAGES for chart in page.charts]
MEASURED = [column.name for column in DIM_PRODUCT.columns if column.type == "INT"]
# settings of a chart that name columns, and those that name measures
COLUMNS = ("x_axis", "groupby", "entity", "granularity_sqla")
MEASURES = ("metric", "metrics", "timeseries_limit_metric")
Files = Mapping[str, dict[str, Any]]


@pytest.fixture(scope="module")
def files(root: Path) -> Files:
    folder = root / "superset"
    return {
        str(file.relative_to(folder)): yaml.safe_load(file.read_text("utf-8"))
        for file in sorted(folder.rglob("*.yaml"))
    }


@pytest.fixture(scope="module")
def gold(spark: SparkSession) -> SparkSession:
    """A Spark that knows the tables of gold, all of them empty."""
    spark.sql("CREATE DATABASE IF NOT EXISTS gold")
    for table in catalog.LAYERS[Layer.GOLD]:
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        spark.sql(f"CREATE TABLE IF NOT EXISTS {table.full_name} ({columns}) USING parquet")
    return spark


def test_nothing_is_imported_that_is_not_written(files: Files) -> None:
    written = {str(path.relative_to(generated.FOLDER)) for path in generated.files()}
    assert set(files) == written


def missing(files: Files) -> Iterator[str]:
    """A sentence for each name that a chart or a filter uses and its dataset has not."""
    datasets = {one["uuid"]: one for name, one in files.items() if name.startswith("datasets/")}
    columns = {uuid: {c["column_name"] for c in one["columns"]} for uuid, one in datasets.items()}
    measures = {uuid: {m["metric_name"] for m in one["metrics"]} for uuid, one in datasets.items()}
    for name, content in files.items():
        if name.startswith("charts/"):
            uuid = content["dataset_uuid"]
            for fields, known in ((COLUMNS, columns[uuid]), (MEASURES, measures[uuid])):
                yield from _unknown(name, content["params"], fields, known)
            (question,) = json.loads(content["query_context"])["queries"]
            yield from _unknown(name, question, ("metrics",), measures[uuid])
            yield from _unknown(name, question, ("columns",), columns[uuid])
        for place, one in enumerate(
            content.get("metadata", {}).get("native_filter_configuration", [])
        ):
            for target in filter(None, one["targets"]):
                if target["column"]["name"] not in columns[target["datasetUuid"]]:
                    yield f"{name}: filter {place}: no column {target['column']['name']}"


def _unknown(
    file: str, settings: Mapping[str, Any], fields: tuple[str, ...], known: set[str]
) -> Iterator[str]:
    for field in fields:
        value = settings.get(field) or []
        for one in value if isinstance(value, list) else [value]:
            named = one["sqlExpression"] if isinstance(one, dict) else one
            if named not in known:
                yield f"{file}: {field}: nothing is called {named}"


def test_every_file_names_only_what_is_there(files: Files) -> None:
    assert list(missing(files)) == []


@pytest.mark.parametrize("field", ["x_axis", "metrics"])
def test_a_missing_name_is_told_with_file_and_field(files: Files, field: str) -> None:
    name = "charts/revenue_by_category_brl.yaml"
    broken = json.loads(json.dumps(files))
    broken[name]["params"][field] = "colour"

    assert list(missing(broken)) == [f"{name}: {field}: nothing is called colour"]


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_a_dataset_has_the_types_that_the_contracts_say(dataset, gold: SparkSession) -> None:
    answered = gold.sql(dataset.sql()).dtypes
    declared = [(column.name, column.type.lower()) for column in dataset.columns.values()]

    assert answered == declared


def test_a_session_is_counted_at_each_step_up_to_its_furthest(spark: SparkSession) -> None:
    columns = [
        f"CAST({'step' if column.name == 'funnel_step' else 'NULL'} AS {column.type}) {column.name}"
        for column in SESSION_STEPS.table.columns
    ]
    rows = f"(SELECT {', '.join(columns)} FROM VALUES (4), (2), (2), (0) AS session(step))"
    sql = SESSION_STEPS.sql().replace(SESSION_STEPS.table.full_name, rows)
    counted = spark.sql(f"SELECT reached_step, count(*) FROM ({sql}) GROUP BY reached_step")

    assert {row[0]: row[1] for row in counted.collect()} == {
        "page_view": 3,
        "product_view": 3,
        "add_to_cart": 1,
        "purchase": 1,
    }


def test_products_are_named_as_on_the_live_page(spark: SparkSession) -> None:
    products = [("4d2a9c31f0e84b7d9a6c5b4e3f2a1d0c", "garden_tools"), ("prod_8199", None)]
    named = spark.createDataFrame(
        [(*each, *[None] * len(MEASURED)) for each in products],
        ", ".join(
            ["product_id STRING", "product_category_name STRING", *(f"{c} INT" for c in MEASURED)]
        ),
    )
    categories = spark.createDataFrame(
        [(1, "garden_tools", "garden_tools")],
        "product_category_key LONG, product_category_name STRING, "
        "product_category_name_english STRING",
    )

    found = [row["product_label"] for row in dim_product(named, categories).collect()]

    assert found == ["garden tools 4d2a9c31", "product prod_8199"]
    assert found == [words.product(*one) for one in products]
    assert "product_label" in {column.name for column in EVENTS.offered}


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_nothing_of_a_person_is_offered(dataset) -> None:
    assert not {column.name for column in dataset.offered} & _personal(dataset)


def test_what_is_of_a_person_is_there_to_be_counted() -> None:
    assert any(_personal(dataset) for dataset in DATASETS)


def _personal(dataset) -> set[str]:
    return {column.name for column in dataset.columns.values() if column.personal}


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_no_dataset_joins_a_dimension_as_large_as_its_fact(dataset) -> None:
    assert DIM_CUSTOMER.full_name not in dataset.sql()


@pytest.mark.parametrize(
    ("role", "column", "name"),
    [
        ("customer_state", "state", "customer_state"),
        ("customer_state", "state_name", "customer_state_name"),
        ("customer_state", "region", "customer_state_region"),
        ("customer_state", "statement", "customer_state_statement"),
        ("product", "product_id", "product_id"),
        ("product_category", "product_category_name", "product_category_name"),
        ("seller", "city", "seller_city"),
    ],
)
def test_a_name_says_its_role_once(role: str, column: str, name: str) -> None:
    assert beside(role, column) == name


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title)
def test_every_question_is_understood(chart: Chart, gold: SparkSession) -> None:
    measures = {measure.name: measure.sql for measure in chart.dataset.measures}
    grouped = [name for name in (chart.category, chart.split) if name]
    chosen = ", ".join([*grouped, *(measures[name] for name in chart.measures)])
    question = f"SELECT {chosen} FROM ({chart.dataset.sql()}) WHERE {chart.where or 'true'} " + (
        f"GROUP BY {', '.join(grouped)}" if grouped else ""
    )
    try:
        gold.sql(question)
    except AnalysisException as error:
        pytest.fail(f"{chart.title}: {error}")


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_measures_survive_the_dialect(dataset) -> None:
    """PyHive's dialect cuts a column's SQL at its second dot."""
    assert [measure.name for measure in dataset.measures if "." in measure.sql] == []


def test_titles_tell_charts_apart() -> None:
    assert len({chart.title for chart in CHARTS}) == len(CHARTS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_rows_fit_the_grid(page) -> None:
    assert {sum(width for _, width in row) for row in page.rows} == {12}


def test_every_kind_is_used() -> None:
    assert {chart.kind for chart in CHARTS} == set(KINDS)
