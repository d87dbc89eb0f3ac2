"""Starting pipelines in Airflow and following them to their end."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lakehouse.orchestration.pipelines import Pipeline
from lakehouse.orchestration.steps import UNCHANGED
from lakehouse.platform.airflow import FINISHED, Airflow, AirflowError
from lakehouse.platform.errors import PlatformError

Conf = Mapping[str, Any]
_POLL_SECONDS = 1.0
# Airflow sets off what waits for assets within a second or two; after this we do it ourselves.
_PATIENCE_SECONDS = 20.0


class RunFailedError(PlatformError):
    """A run ended with failed tasks; the message holds the first error and what resumes it."""


@dataclass
class Progress:
    """Progress of a pipeline; of one that has ended, also the number of unchanged tables."""

    pipeline: Pipeline
    run_id: str = ""
    state: str = "waiting"
    tasks: list[dict[str, Any]] = field(default_factory=list)
    unchanged: int = 0

    @property
    def done(self) -> int:
        """Tasks that ended well."""
        return sum(task["state"] == "success" for task in self.tasks)

    @property
    def running(self) -> list[str]:
        """Tasks at work now."""
        return [task["task_id"] for task in self.tasks if task["state"] == "running"]

    @property
    def failed(self) -> list[str]:
        """Tasks that ended badly after all their retries."""
        return [task["task_id"] for task in self.tasks if task["state"] == "failed"]

    @property
    def last_end(self) -> dt.datetime:
        """When the last task ended."""
        return max(_moment(task["end_date"]) for task in self.tasks)

    @property
    def seconds(self) -> float:
        """From the first task's start to the last one's end, or to now."""
        starts = [_moment(t["start_date"]) for t in self.tasks if t["start_date"]]
        if not starts:
            return 0.0
        end = self.last_end if self.state in FINISHED else dt.datetime.now(dt.UTC)
        return (end - min(starts)).total_seconds()


def follow(
    airflow: Airflow,
    pipelines: Sequence[Pipeline],
    ingest_date: str,
    on_progress: Callable[[Sequence[Progress]], None],
    timeout_seconds: float = 3600,
    *,
    full: bool = False,
) -> list[Progress]:
    """Run pipelines for one day and wait for all of them.

    Those that wait for none of the others are started at once; for the rest Airflow's assets are
    trusted, and what they do not set off is started here.

    Args:
        airflow: the client.
        pipelines: pipelines to run.
        ingest_date: day of the import, YYYY-MM-DD.
        on_progress: called with the state of all pipelines, about once a second.
        timeout_seconds: time limit of all of them together.
        full: build tables that are unchanged, too.

    Raises:
        RunFailedError: a run failed, or nothing ended within the time.
    """
    airflow.wait_until_parsed({p.dag_id for p in pipelines})
    steps = {p.dag_id: Progress(p) for p in pipelines}
    ready_since: dict[str, float] = {}
    conf = {"ingest_date": ingest_date} | ({"full": True} if full else {})
    until = time.monotonic() + timeout_seconds
    while any(step.state not in FINISHED for step in steps.values()):
        if time.monotonic() > until:
            raise RunFailedError(f"not done after {timeout_seconds:.0f} s; see {airflow.address}")
        for step in steps.values():
            _advance(airflow, step, steps, conf, ready_since)
        on_progress(list(steps.values()))
        _stop_if_failed(airflow, steps.values(), conf)
        time.sleep(_POLL_SECONDS)
    return list(steps.values())


def _advance(
    airflow: Airflow,
    step: Progress,
    steps: dict[str, Progress],
    conf: Conf,
    ready_since: dict[str, float],
) -> None:
    if step.run_id:
        _refresh(airflow, step)
        return
    parents = [steps[dag_id] for dag_id in step.pipeline.after if dag_id in steps]
    if any(parent.state != "success" for parent in parents):
        return
    since = ready_since.setdefault(step.pipeline.dag_id, time.monotonic())
    if parents:
        step.run_id = _set_off_by_assets(airflow, step, parents)
    if not step.run_id and (not parents or time.monotonic() - since > _PATIENCE_SECONDS):
        step.run_id = _trigger(airflow, step.pipeline, conf)


def _trigger(airflow: Airflow, pipeline: Pipeline, conf: Conf) -> str:
    run_id = f"lakehouse__{conf['ingest_date']}__{uuid.uuid4().hex[:8]}"
    return airflow.trigger(pipeline.dag_id, conf, run_id=run_id)


def _set_off_by_assets(airflow: Airflow, step: Progress, parents: list[Progress]) -> str:
    inputs_ready = max(parent.last_end for parent in parents)
    # the last task's success is what sets the run off; its end is noted a moment after
    earliest = inputs_ready - dt.timedelta(seconds=1)
    for run in airflow.runs(step.pipeline.dag_id, limit=3):
        if _moment(run["queued_at"] or run["run_after"]) >= earliest:
            return str(run["dag_run_id"])
    return ""


def _refresh(airflow: Airflow, step: Progress) -> None:
    if step.state not in FINISHED:
        step.state = airflow.run(step.pipeline.dag_id, step.run_id)["state"]
        step.tasks = airflow.task_instances(step.pipeline.dag_id, step.run_id)
        if step.state == "success":
            step.unchanged = _unchanged(airflow, step)


def _unchanged(airflow: Airflow, step: Progress) -> int:
    """Tables that the tasks of a run found unchanged, by the asset events that they emitted."""
    events = airflow.asset_events(step.pipeline.dag_id, limit=len(step.tasks) or 1)
    return sum(
        event["source_run_id"] == step.run_id and (event["extra"] or {}).get("state") == UNCHANGED
        for event in events
    )


def _stop_if_failed(airflow: Airflow, steps: Iterable[Progress], conf: Conf) -> None:
    failed = [step for step in steps if step.state == "failed"]
    if failed:
        raise RunFailedError("\n".join(_failure(airflow, step, conf) for step in failed))


def _failure(airflow: Airflow, step: Progress, conf: Conf) -> str:
    """Failed tasks of a run, the last error of the one that failed first, and what resumes it."""
    lines = [f"{step.pipeline.dag_id}: {', '.join(step.failed) or 'no task'} failed"]
    ended = [task for task in step.tasks if task["state"] == "failed"]
    if ended:
        first = min(ended, key=lambda task: task["end_date"] or "")
        error = _last_error(airflow, step, first)
        lines.append(f"  {first['task_id']}, attempt {first['try_number']}: {error}")
    full = " --full" if conf.get("full") else ""
    lines.append(
        f"  Full log: {airflow.address}/dags/{step.pipeline.dag_id}/runs/{step.run_id}. To resume: "
        f"./lakehouse run {step.pipeline.dag_id} --date {conf['ingest_date']}{full}"
    )
    return "\n".join(lines)


def _last_error(airflow: Airflow, step: Progress, task: dict[str, Any]) -> str:
    try:
        error = airflow.task_error(
            step.pipeline.dag_id, step.run_id, task["task_id"], task["try_number"]
        )
    except AirflowError as unreadable:
        return f"its log could not be read: {unreadable}"
    return error or "it was killed before it could log an error"


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
