"""Airflow DAG: compaction and cleaning of the gold tables."""

from lakehouse.orchestration.airflow_dags import maintenance_dag

maintenance = maintenance_dag()
