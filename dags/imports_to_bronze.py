"""Airflow DAGs: the source databases to bronze."""

from lakehouse.orchestration import pipelines
from lakehouse.orchestration.airflow_dags import dag_of

import_ecom = dag_of(pipelines.IMPORT_ECOM)
import_marketing = dag_of(pipelines.IMPORT_MARKETING)
