"""Airflow DAGs: new events of streams, from silver to gold."""

from lakehouse.orchestration import pipelines
from lakehouse.orchestration.airflow_dags import dag_of

globals().update({each.dag_id: dag_of(each) for each in pipelines.of_streams()})
