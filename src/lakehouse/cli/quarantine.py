"""Commands for rows in quarantine: list them, and validate them again after a fix."""

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
        bool, typer.Option(help="Import again first: the source itself was corrected.")
    ] = False,
) -> None:
    """Validate rows in quarantine again after a fix of a rule, a parent row or the source.

    Silver and gold are built again from what bronze kept of the day that silver holds, which may
    differ between the source databases. Rows that now keep every rule leave the quarantine.
    """
    from lakehouse.cli.runs import run_pipelines

    before, days = _counts(table)
    if not sum(before.values()):
        say("no row is in quarantine")
        return
    for pipelines, day in runs_by_day(days, reimport):
        run_pipelines(pipelines, day, full=True)
    after, _ = _counts(table)
    for name, count in before.items():
        if count:
            say(f"{name}: {count} in quarantine before, {after[name]} now")


def _tables(name: str | None) -> list[Table]:
    from lakehouse.contracts.model import Layer
    from lakehouse.registry import catalog

    return [catalog.table(Layer.SILVER, name)] if name else list(catalog.batch(Layer.SILVER))


def runs_by_day(days: dict[str, str], reimport: bool) -> list[tuple[list[Pipeline], str]]:
    """Pipelines to run for each day, oldest first; gold follows the newest.

    Args:
        days: ingest date (YYYY-MM-DD) that silver holds, by source database.
        reimport: import each source again before silver.
    """
    from lakehouse.contracts.model import Layer
    from lakehouse.orchestration.pipelines import PIPELINES, batch

    layers = (Layer.BRONZE, Layer.SILVER) if reimport else (Layer.SILVER,)
    runs = [
        ([p for p in PIPELINES if p.layer in layers and days.get(p.source_database) == day], day)
        for day in sorted(set(days.values()))
    ]
    runs[-1][0].extend(batch(Layer.GOLD))
    return runs


def day_by_source(days: dict[Table, str]) -> dict[str, str]:
    """The ingest date that the silver tables of each source database hold.

    Raises:
        PlatformError: tables of one source hold different days.
    """
    from lakehouse.orchestration.pipelines import PIPELINES
    from lakehouse.platform.errors import PlatformError

    found: dict[str, str] = {}
    for table, day in days.items():
        source = table.source_database
        if found.setdefault(source, day) != day:
            held = sorted({d for t, d in days.items() if t.source_database == source})
            (dag,) = (p for p in PIPELINES if (p.source_database, p.layer) == (source, table.layer))
            commands = " or ".join(f"./lakehouse run {dag.dag_id} --date {day}" for day in held)
            raise PlatformError(
                f"silver tables of {source} hold different days ({', '.join(held)}). Build "
                f"them for one day, then replay again: {commands}"
            )
    return found


def _counts(table: str | None) -> tuple[dict[str, int], dict[str, str]]:
    """Rows in quarantine by table, and the day that silver holds by source database."""
    from lakehouse.contracts.model import Layer
    from lakehouse.platform import spark
    from lakehouse.quality import quarantine
    from lakehouse.registry import catalog
    from lakehouse.silver.building import built_from

    tables = _tables(table)
    sources = {t.source_database for t in tables}
    session = spark.connect("quarantine")
    try:
        days = {
            t: built_from(session, t)
            for t in catalog.batch(Layer.SILVER)
            if t.source_database in sources
        }
        counts = {t.name: quarantine.count(session, t, days[t]) for t in tables}
    finally:
        session.stop()
    return counts, day_by_source(days)
