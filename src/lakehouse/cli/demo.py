"""The whole way in one command: servers, data, DAGs, proof, answers."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from lakehouse.cli.common import heading, say
from lakehouse.cli.completion import demo_names
from lakehouse.contracts.demo import DemoOptions, DemoStep
from lakehouse.contracts.functions import named
from lakehouse.contracts.workload import Workload


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(demo)


def demo(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="Workloads to show; the shop and its logs if left out.",
            autocompletion=demo_names,
        ),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Folder or .zip with the published files; generated data if left out."),
    ] = None,
    orders: Annotated[int, typer.Option(min=50, help="Orders to generate.")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the generator.")] = 1,
    streams: Annotated[
        bool, typer.Option(help="Whether a minute of streams follows the warehouse.")
    ] = True,
    yes: Annotated[
        bool, typer.Option("--yes", help="Replace data of another origin without asking.")
    ] = False,
) -> None:
    """Build the warehouse and show it: servers up, data loaded, five DAGs, proof, answers.

    Then a minute of visitors: their log lines to live tables and to gold, every one balanced.
    With names of workloads: their own steps, after those of the workloads that they use.
    """
    from lakehouse.cli.demos import chosen
    from lakehouse.platform.command_line import command
    from lakehouse.platform.selection import workload

    shown = chosen([workload(name).name for name in names or []], streams=streams)
    for _, found in shown:
        if found.check:
            named(found.check)()
    steps = [(one, step) for one, found in shown for step in found.steps]
    began = time.monotonic()
    options = DemoOptions(dt.datetime.now(dt.UTC), data_dir, orders, seed, yes)
    agree = [_show(one, step, options) for one, step in steps]
    _show_addresses({name for _, step in steps for name in step.servers})
    took = time.monotonic() - began
    say(f"demo took {took:.0f} s; the servers go on until {command('down')}")
    if not all(agree):
        raise typer.Exit(1)


def _show(workload: Workload, step: DemoStep, options: DemoOptions) -> bool:
    """Take one step; True if all that it reconciled agrees."""
    from lakehouse.cli.servers import up

    if step.heading:
        heading(step.heading)
    if step.servers:
        up(list(step.servers))
    return not step.action or bool(named(step.action)(workload, options))


def _show_addresses(names: Collection[str]) -> None:
    from lakehouse.platform.command_line import command
    from lakehouse.platform.secrets import page, thrift_address
    from lakehouse.platform.selection import members
    from lakehouse.platform.settings import settings

    config = settings()
    servers = {process.name for process in members(names)}
    hdfs = page(config, "namenode", port="namenode_http_port")
    login = command("credentials")
    heading("What to open")
    for server, what, where in (
        ("airflow-api-server", "Airflow, the DAGs and their runs", page(config, "airflow")),
        ("airflow-api-server", "    its login", login),
        ("namenode", "HDFS, bronze, silver and gold", hdfs),
        ("spark", "Power BI, DBeaver, Spark clients", thrift_address(config)),
        ("spark", "    the login of its reader", login),
        ("nifi", "NiFi, the flows of the streams", f"{page(config, 'nifi', 'https')}/nifi"),
        ("streaming", "the streams as they are now", command("watch")),
        ("spark", "SQL here", command('sql "SHOW TABLES IN gold"')),
    ):
        if server in servers:
            say(f"{what:<37}{where}")
