"""Airflow DAG: models trained on the star schema, their answers in gold."""

from lakehouse.orchestration import pipelines
from lakehouse.orchestration.airflow_dags import dag_of

science = dag_of(pipelines.SCIENCE)
