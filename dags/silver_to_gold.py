"""Airflow DAG: silver to the star schema in gold."""

from lakehouse.orchestration import pipelines
from lakehouse.orchestration.airflow_dags import dag_of

gold = dag_of(pipelines.GOLD)
