"""Steps that demos of several workloads have: DAGs and reconciliation."""

from __future__ import annotations

from lakehouse.contracts.demo import DemoOptions
from lakehouse.contracts.workload import Workload

_MOST_SECONDS_BEHIND = 120.0


def run_batch(workload: Workload, options: DemoOptions) -> bool:
    """Run the DAGs from the source databases to gold."""
    from lakehouse.cli.runs import day_of, run_pipelines

    run_pipelines([each for each in workload.pipelines if each.is_batch], day_of(None))
    return True


def verify_tables(workload: Workload, options: DemoOptions) -> bool:
    """Reconcile the tables of source databases, bronze, silver and gold."""
    from lakehouse.cli.looking import run_verify

    return run_verify()


def streams_to_gold(workload: Workload, options: DemoOptions) -> bool:
    """Run the DAGs that take new events to gold, once silver has them; reconcile the streams."""
    from lakehouse.cli.proving import await_silver, verify_streams
    from lakehouse.cli.runs import day_of, run_pipelines
    from lakehouse.orchestration.pipelines import of_streams

    await_silver(_MOST_SECONDS_BEHIND)
    own = [each for each in of_streams() if each in workload.pipelines]
    run_pipelines(own, day_of(None))
    return verify_streams(None, _MOST_SECONDS_BEHIND, as_json=False)
