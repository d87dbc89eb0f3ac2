"""Commands that run pipelines and follow their runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lakehouse.cli.common import JsonOption, console, print_json, say
from lakehouse.cli.completion import dag_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lakehouse.orchestration.following import Progress
    from lakehouse.orchestration.pipelines import Pipeline

DateOption = Annotated[
    dt.datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="Day of the import; today if left out."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(run)


def run(
    dags: Annotated[
        list[str] | None, typer.Argument(help="Names of DAGs.", autocompletion=dag_names)
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All five, source to gold.")] = False,
    date: DateOption = None,
    full: Annotated[
        bool, typer.Option("--full", help="Build all tables, unchanged ones included.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run DAGs in Airflow and follow them to their end.

    A table is not built if its inputs, its contract and the code are those of its last build.
    """
    from lakehouse.contracts.model import Layer
    from lakehouse.orchestration import pipelines

    if bool(dags) == all_:
        raise typer.BadParameter("name DAGs, or say --all")
    wanted = list(pipelines.PIPELINES) if all_ else [pipelines.pipeline(d) for d in dags or []]
    day = day_of(date)
    if not as_json and day != day_of(None) and any(p.layer is Layer.BRONZE for p in wanted):
        say(
            f"note: the sources hold their rows of today only; these are imported as of {day}, "
            "and the check read_on_its_day says so"
        )
    finished = run_pipelines(wanted, day, quiet=as_json, full=full)
    if as_json:
        print_json(
            [
                {
                    "dag": step.pipeline.dag_id,
                    "run_id": step.run_id,
                    "state": step.state,
                    "tasks": len(step.tasks),
                    "unchanged": step.unchanged,
                    "seconds": round(step.seconds, 1),
                }
                for step in finished
            ]
        )


def day_of(date: dt.datetime | None) -> str:
    """The day asked for, or today in UTC, as YYYY-MM-DD."""
    return (date or dt.datetime.now(dt.UTC)).date().isoformat()


def run_pipelines(
    wanted: Sequence[Pipeline], day: str, quiet: bool = False, full: bool = False
) -> list[Progress]:
    """Run pipelines for a day, showing how far each is.

    Args:
        wanted: pipelines to run.
        day: day of the import, YYYY-MM-DD.
        quiet: show nothing.
        full: build tables that are unchanged, too.

    Raises:
        lakehouse.orchestration.following.RunFailedError: one failed.
    """
    from lakehouse.orchestration.following import follow
    from lakehouse.platform.airflow import Airflow

    with _display(quiet) as show:
        return follow(Airflow(), wanted, day, show, full=full)


@contextmanager
def _display(quiet: bool) -> Iterator[Callable[[Sequence[Progress]], None]]:
    if quiet:
        yield lambda steps: None
    elif console.is_terminal:
        from rich.live import Live

        with Live(console=console, refresh_per_second=4) as live:
            yield lambda steps: live.update(_table(steps))
    else:
        yield _Ends()


class _Ends:
    """Says a line when a pipeline ends, where the output is no terminal."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def __call__(self, steps: Sequence[Progress]) -> None:
        for step in steps:
            name = step.pipeline.dag_id
            if step.state in ("success", "failed") and name not in self._told:
                self._told.add(name)
                unchanged = f", {step.unchanged} unchanged" if step.unchanged else ""
                say(f"{step.state:8} {name}: {step.done} tasks in {step.seconds:.0f} s{unchanged}")


def _table(steps: Sequence[Progress]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    numbers = ("tasks", "unchanged", "s")
    for title in ("DAG", "state", *numbers, "now"):
        table.add_column(title, justify="right" if title in numbers else "left")
    colours = {"success": "green", "failed": "red", "running": "cyan"}
    for step in steps:
        colour = colours.get(step.state, "dim")
        table.add_row(
            step.pipeline.dag_id,
            Text(step.state, colour),
            f"{step.done}/{len(step.tasks)}" if step.tasks else "",
            str(step.unchanged) if step.unchanged else "",
            f"{step.seconds:.0f}" if step.tasks else "",
            ", ".join(step.running),
        )
    return table
