"""The command that writes synthetic data of the shop: `generate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lakehouse.cli.common import JsonOption, fail, print_json, print_whole, progress_bar, say
from lakehouse.cli.containers import require_kept
from lakehouse.sources.errors import SourceFileError
from lakehouse.workloads.shop.contracts import sources


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(generate)


def generate(
    out: Annotated[Path, typer.Option(help="Folder to write the files to.")],
    orders: Annotated[
        int, typer.Option(help="Orders, at least 50; everything else grows with them.")
    ] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 1,
    gzip: Annotated[bool, typer.Option("--gzip", help="Write .gz files.")] = False,
    defects: Annotated[
        bool, typer.Option("--defects", help="Add rows that must end up in quarantine.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write data of the published shape, with every oddity planted and counted in a manifest."""
    from rich.table import Table
    from rich.text import Text

    from lakehouse.workloads.shop.generator import generate as generate_set

    require_kept(out)
    try:
        with progress_bar() as progress:
            task = progress.add_task("making tables", total=len(sources.TABLES))

            def report(table: str, rows: int) -> None:
                progress.update(task, advance=1, description=f"write {table}: {rows:,} rows")

            made = generate_set(orders, seed, out, gzip, defects, report)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--orders") from error
    except SourceFileError as error:
        fail(str(error), "Nothing was written.")
    except OSError as error:
        fail(str(error), "Free space or name another folder with --out, then generate again.")
    if as_json:
        print_json(made.manifest)
        return
    table = Table("table", "rows", title=Text(f"generated into {out}"))
    for name, rows in made.manifest["rows"].items():
        table.add_row(name, f"{rows:,}")
    print_whole(table)
    say(f"{made.seconds:.1f} s; what it must add up to: {out / 'manifest.json'}")
