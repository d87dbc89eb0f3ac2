"""Commands for the flows of NiFi."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from lakehouse.cli.common import DIFFERS, checking, print_json, print_whole, say
from lakehouse.platform.nifi_flows import NifiFlows

app = typer.Typer(help="The flows of NiFi.", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Argument(help="names of process groups; all if left out")]


@app.command()
def deploy(names: Names = None) -> None:
    """Bring the flows to what nifi-templates says; what is the same already goes on running."""
    NifiFlows().deploy(say, names or ())
    say("flows and parameters are as their files and the settings say")


@app.command()
def start(names: Names = None) -> None:
    """Start flows."""
    NifiFlows().start(names or ())


@app.command()
def stop(names: Names = None) -> None:
    """Stop flows; what is in their queues stays there."""
    NifiFlows().stop(names or ())


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """What each processor did in the last five minutes, and what waits before it."""
    found = NifiFlows().status()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    table = Table(box=None)
    for heading in ("group", "processor", "state", "tasks", "in", "out", "waiting"):
        table.add_column(heading)
    for one in found:
        figures = map(str, (one.tasks, one.flow_files_in, one.flow_files_out))
        table.add_row(one.group, one.name, one.state, *figures, one.queued)
    print_whole(table)


@app.command()
def compare() -> None:
    """Show where the running flows differ from their files.

    Exit code 0 if they agree, 1 if they differ, 3 if NiFi could not be asked.
    """
    with checking():
        differences = NifiFlows().differences()
    for difference in differences:
        say(difference)
    if differences:
        raise typer.Exit(DIFFERS)
    say("no difference")
