"""Commands for rows that were set aside: look at them, and judge them again after a fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lakehouse.cli.common import JsonOption, print_json, say
from lakehouse.cli.completion import silver_tables

if TYPE_CHECKING:
    from lakehouse.contracts.model import Table
    from lakehouse.orchestration.pipelines import Pipeline

TableArgument = Annotated[
    str | None,
    typer.Argument(help="A silver table; all if left out.", autocompletion=silver_tables),
]

app = typer.Typer(
    help="Rows that broke a rule: list them, replay them after a fix.", no_args_is_help=True
)


def register(parent: typer.Typer) -> None:
    """Add the commands of this module, below `quarantine`."""
    parent.add_typer(app, name="quarantine")


@app.command("list")
def list_(
    table: TableArgument = None,
    limit: Annotated[int, typer.Option(help="Rows a table at most.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the rows set aside, newest day first: rule, reason and the whole row."""
    from lakehouse.platform import spark
    from lakehouse.quality import quarantine

    session = spark.connect("quarantine")
    try:
        found = {t.name: quarantine.rows(session, t, limit) for t in _tables(table)}
    finally:
        session.stop()
    if as_json:
        print_json(found)
        return
    for name, rows in found.items():
        for row in rows:
            say((name, "bold"), f" {row['ingest_date']} ", (str(row["rule"]), "red"))
            say(f"  {row['reason']}\n  {row['source_row']}")
    if not any(found.values()):
        say("no row is in quarantine")


@app.command()
def replay(
    table: TableArgument = None,
    reimport: Annotated[
        bool, typer.Option(help="Import anew first: the source itself was mended.")
    ] = False,
) -> None:
    """Judge rows in quarantine again: after a rule or a parent was mended, they go on to gold.

    Silver and gold are built again from what bronze kept of the day; rows that now keep every
    rule leave the quarantine.
    """
    from lakehouse.cli.runs import run_pipelines

    before, day = _counts(table)
    if not sum(before.values()):
        say("no row is in quarantine")
        return
    run_pipelines(_pipelines(table, reimport), day)
    after, _ = _counts(table)
    for name, count in before.items():
        if count:
            say(f"{name}: {count} in quarantine before, {after[name]} now")


def _tables(name: str | None) -> list[Table]:
    from lakehouse.contracts.model import Layer
    from lakehouse.registry import catalog

    return [catalog.table(Layer.SILVER, name)] if name else list(catalog.batch(Layer.SILVER))


def _pipelines(table: str | None, reimport: bool) -> list[Pipeline]:
    from lakehouse.contracts.model import Layer
    from lakehouse.orchestration.pipelines import PIPELINES

    sources = {t.source_database for t in _tables(table)}
    return [
        p
        for p in PIPELINES
        if p.layer is Layer.GOLD
        or (
            any(built.source_database in sources for built in p.tables)
            and (reimport or p.layer is Layer.SILVER)
        )
    ]


def _counts(table: str | None) -> tuple[dict[str, int], str]:
    """Rows in quarantine by table, and the latest day that silver shows."""
    from lakehouse.platform import spark
    from lakehouse.quality import quarantine
    from lakehouse.silver.building import built_from

    session = spark.connect("quarantine")
    try:
        days = {t.name: built_from(session, t) for t in _tables(table)}
        counts = {t.name: quarantine.count(session, t, days[t.name]) for t in _tables(table)}
    finally:
        session.stop()
    return counts, max(days.values())
