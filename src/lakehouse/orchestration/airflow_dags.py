"""Pipelines as Airflow DAGs: a task a table, its outlet an asset, parents before children."""

from __future__ import annotations

import datetime as dt
from typing import Any

from airflow.sdk import DAG, Asset, task
from airflow.sdk.exceptions import AirflowFailException
from airflow.timetables.trigger import CronTriggerTimetable

from lakehouse.contracts.model import Layer, Table
from lakehouse.contracts.places import folder
from lakehouse.orchestration import pipelines
from lakehouse.orchestration.days import asked_day, ingest_date, is_full
from lakehouse.orchestration.pipelines import Pipeline
from lakehouse.platform.settings import settings
from lakehouse.registry import catalog

_DEFAULTS = {
    "owner": "lakehouse",
    "retries": 4,
    "retry_delay": dt.timedelta(seconds=5),
    "retry_exponential_backoff": True,
    "max_retry_delay": dt.timedelta(minutes=2),
}


def _at(cron: str) -> CronTriggerTimetable | None:
    """A schedule in UTC that starts at its next moment, not at once for the moment before.

    None where the setting `schedules` leaves the clock out.
    """
    if not settings().schedules:
        return None
    return CronTriggerTimetable(cron, timezone="UTC", run_immediately=dt.timedelta(0))


def asset(table: Table) -> Asset:
    """The asset that a table is to Airflow."""
    return Asset(name=table.full_name, uri=f"hdfs://lakehouse{folder(table)}")


def dag_of(pipeline: Pipeline) -> DAG:
    """The DAG of a pipeline: by the clock, or when all its inputs were renewed."""
    inputs = [asset(t) for dag_id in pipeline.after for t in pipelines.pipeline(dag_id).tables]
    with DAG(
        pipeline.dag_id,
        description=pipeline.description,
        schedule=inputs or _at(pipeline.schedule),
        catchup=False,
        max_active_runs=1,
        default_args=_DEFAULTS,
        tags=[str(pipeline.layer), *([pipeline.tag] if pipeline.tag else [])],
        doc_md=pipeline.description,
    ) as dag:
        ordered = catalog.build_order(pipeline.tables)
        steps = {table.full_name: _step(table) for table in ordered}
        for table in ordered:
            for parent in sorted(catalog.needs(table) & steps.keys()):
                steps[parent] >> steps[table.full_name]
        for silver in pipeline.compacted:
            readers = [steps[table.full_name] for table in ordered if silver.name in table.reads]
            readers >> _step(silver, f"compact_{silver.name}")
    return dag


def maintenance_dag() -> DAG:
    """The DAG that compacts and cleans every gold table, once a week."""
    with DAG(
        pipelines.MAINTENANCE,
        description="OPTIMIZE and VACUUM of every gold table by the declared policy",
        schedule=_at("0 4 * * 0"),
        catchup=False,
        max_active_runs=1,
        default_args=_DEFAULTS,
        tags=["gold", "maintenance"],
    ) as dag:
        for table in catalog.LAYERS[Layer.GOLD]:
            _maintenance(table)
    return dag


def _maintenance(table: Table) -> Any:
    @task(task_id=table.name, doc_md=f"OPTIMIZE and VACUUM of {table.full_name}")
    def maintain(name: str) -> dict[str, Any]:
        from lakehouse.gold.maintenance import maintain as maintain_table
        from lakehouse.platform import spark

        session = spark.connect(f"maintain {name}")
        try:
            return maintain_table(session, name)
        finally:
            session.stop()

    return maintain(table.address)


def _step(table: Table, task_id: str = "") -> Any:
    target = asset(table)

    @task(task_id=task_id or table.name, outlets=[target], doc_md=table.description)
    def build(layer: str, name: str, **context: Any) -> dict[str, Any]:
        from lakehouse.orchestration import steps
        from lakehouse.orchestration.failures import is_permanent

        try:
            full = is_full(context)
            report = steps.run(Layer(layer), name, ingest_date(context), full=full)
        except Exception as error:
            if not is_permanent(error, day_was_asked_for=bool(asked_day(context))):
                raise
            raise AirflowFailException(f"{error} (not retried: it would fail again)") from error
        # runs that these assets trigger are full, too
        report |= {"full": True} if full else {}
        context["outlet_events"][target].extra = report
        return report

    return build(str(table.layer), table.address)
