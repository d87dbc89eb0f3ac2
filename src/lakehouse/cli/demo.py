"""The whole way in one command: servers, data, DAGs, proof, answers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from lakehouse.cli.common import heading, print_whole, say
from lakehouse.cli.containers import require_own_logs


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(demo)


def demo(
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
    """
    from lakehouse.cli.data import confirm_replacement
    from lakehouse.cli.live import show_streams
    from lakehouse.cli.looking import run_verify
    from lakehouse.cli.runs import day_of, run_pipelines
    from lakehouse.cli.servers import up
    from lakehouse.orchestration.pipelines import PIPELINES
    from lakehouse.platform.command_line import command
    from lakehouse.sources.files import find_source_files
    from lakehouse.sources.load import load_folder

    if streams:
        require_own_logs()
    began = time.monotonic()
    heading("Servers")
    up(["batch"])
    heading("Sources")
    folder = data_dir or _generated(orders, seed)
    confirm_replacement(folder, find_source_files(folder), yes)
    loaded = load_folder(folder)
    for warning in loaded.warnings:
        say(f"note: {warning}")
    say(f"{sum(loaded.rows.values()):,} rows in {len(loaded.rows)} tables of PostgreSQL")
    heading("Five DAGs: PostgreSQL to bronze, silver, gold")
    run_pipelines(PIPELINES, day_of(None))
    heading("Proof")
    balanced = run_verify()
    _show_answers()
    if streams:
        heading("Streams: servers")
        up(["stream"])
        heading("Streams: a minute of visitors")
        balanced = show_streams() and balanced
    _show_addresses(streams)
    took = time.monotonic() - began
    say(f"demo took {took:.0f} s; the servers go on until {command('down')}")
    if not balanced:
        raise typer.Exit(1)


def _generated(orders: int, seed: int) -> Path:
    from lakehouse.platform.settings import settings
    from lakehouse.workloads.shop.generator import generate

    folder = settings().state_dir / "generated" / f"orders-{orders}-seed-{seed}"
    made = generate(orders, seed, folder)
    say(f"{orders:,} orders generated in {made.seconds:.1f} s into {folder}")
    return folder


def _show_answers() -> None:
    from lakehouse.cli import pictures
    from lakehouse.serving import answers, thrift

    for question, picture in (
        (answers.ORDERS_A_DAY, pictures.sparkline),
        (answers.ORDERS_BY_WEEKDAY_AND_HOUR, pictures.heat_map),
        (answers.TOP_CITIES, pictures.bars),
        (answers.SALES_BY_CATEGORY, pictures.bars),
    ):
        heading(question.title)
        print_whole(picture(thrift.query(question.sql).rows))


def _show_addresses(streams: bool) -> None:
    from lakehouse.platform.command_line import command
    from lakehouse.platform.secrets import page, thrift_address
    from lakehouse.platform.settings import settings

    config = settings()
    heading("What to open")
    hdfs = page(config, "namenode", port="namenode_http_port")
    say(f"Airflow, the DAGs and their runs     {page(config, 'airflow')}")
    say(f"    its login                        {command('credentials')}")
    say(f"HDFS, bronze, silver and gold        {hdfs}")
    say(f"Power BI, DBeaver, Spark clients     {thrift_address(config)}")
    say(f"    the login of its reader          {command('credentials')}")
    if streams:
        say(f"NiFi, the flows of the streams       {page(config, 'nifi', 'https')}/nifi")
        say(f"the streams as they are now          {command('watch')}")
    sql = command('sql "SHOW TABLES IN gold"')
    say(f"SQL here                             {sql}")
