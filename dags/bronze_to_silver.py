"""Airflow DAGs: bronze to silver."""

from lakehouse.contracts.model import Layer
from lakehouse.orchestration import pipelines
from lakehouse.orchestration.airflow_dags import dag_of

globals().update({each.dag_id: dag_of(each) for each in pipelines.batch(Layer.SILVER)})
