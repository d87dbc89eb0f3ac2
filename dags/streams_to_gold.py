"""Airflow DAG: what streams left in silver to gold."""

from lakehouse.orchestration import pipelines
from lakehouse.orchestration.airflow_dags import dag_of

streams_gold = dag_of(pipelines.STREAMS_GOLD)
