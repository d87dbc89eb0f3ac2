"""Airflow DAGs: bronze to silver."""

from lakehouse.orchestration import pipelines
from lakehouse.orchestration.airflow_dags import dag_of

silver_ecom = dag_of(pipelines.SILVER_ECOM)
silver_marketing = dag_of(pipelines.SILVER_MARKETING)
