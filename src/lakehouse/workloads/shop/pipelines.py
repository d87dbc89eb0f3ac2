"""DAGs of the shop: imports, silver, the star schema, models."""

from __future__ import annotations

from lakehouse.contracts.bronze import imported
from lakehouse.contracts.model import Layer, Table
from lakehouse.contracts.pipelines import Pipeline
from lakehouse.workloads.shop.contracts import gold, science, silver, sources


def _of_source(database: str, tables: tuple[Table, ...]) -> tuple[Table, ...]:
    return tuple(table for table in tables if table.source_database == database)


_BRONZE = tuple(imported(table) for table in sources.TABLES)
IMPORT_ECOM = Pipeline(
    "Import_Ecom_data_to_Bronze_State_using_SQOOP",
    "The shop's database, as it is today, to bronze",
    Layer.BRONZE,
    _of_source(sources.ECOM, _BRONZE),
    tag=sources.ECOM,
)
IMPORT_MARKETING = Pipeline(
    "Import_Marketing_data_to_Bronze_State_using_SQOOP",
    "The marketing database, as it is today, to bronze",
    Layer.BRONZE,
    _of_source(sources.MARKETING, _BRONZE),
    tag=sources.MARKETING,
)
SILVER_ECOM = Pipeline(
    "Ecom_from_Bronze_to_Silver_using_Spark",
    "The shop's tables typed, named, deduplicated; bad rows set aside",
    Layer.SILVER,
    _of_source(sources.ECOM, silver.TABLES),
    tag=sources.ECOM,
    after=(IMPORT_ECOM.dag_id,),
)
SILVER_MARKETING = Pipeline(
    "Marketing_from_Bronze_to_Silver_using_Spark",
    "The marketing tables typed, named, deduplicated; bad rows set aside",
    Layer.SILVER,
    _of_source(sources.MARKETING, silver.TABLES),
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
SCIENCE = Pipeline(
    "Ecom_Recommendation_and_Churn_with_SparkML",
    "Models trained on the star schema, kept on HDFS, their answers in gold",
    Layer.GOLD,
    science.TABLES,
    tag="science",
    schedule="0 5 * * 1",
    is_batch=False,
)
PIPELINES: tuple[Pipeline, ...] = (
    IMPORT_ECOM,
    IMPORT_MARKETING,
    SILVER_ECOM,
    SILVER_MARKETING,
    GOLD,
    SCIENCE,
)
