"""Commands that bring data in: `load`, `download`."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from lakehouse.cli.common import can_ask, fail, print_json, print_whole, progress_bar, say
from lakehouse.cli.containers import require_kept
from lakehouse.contracts.model import Layer
from lakehouse.registry import catalog
from lakehouse.registry.catalog import SOURCE_DATABASES
from lakehouse.sources import download as kaggle_sets
from lakehouse.sources.errors import SourceFileError
from lakehouse.sources.files import SourceFile, find_source_files

if TYPE_CHECKING:
    from lakehouse.sources.load import LoadResult

app = typer.Typer(help="Bring data in: load files, download.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Yes = Annotated[bool, typer.Option("--yes", help="Replace data of another origin without asking.")]


@app.command()
def load(
    folder: Annotated[
        Path,
        typer.Option(
            "--from", help="Folder with the published files, plain, .gz or .zip; or a .zip."
        ),
    ],
    only: Annotated[
        str | None, typer.Option(help=f"One database only: {' or '.join(SOURCE_DATABASES)}.")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Replace the source databases' content by the published files in a folder or zip archive.

    Asks first if files of another folder were loaded before; generated data is replaced at once.
    """
    import psycopg2

    from lakehouse.sources.load import load_folder

    _check_choice("--only", only, SOURCE_DATABASES)
    try:
        files = find_source_files(folder, only)
        confirm_replacement(folder, files, yes)
        with progress_bar() as progress:
            task = progress.add_task("looking", total=2 * len(files))

            def report(stage: str, table: str, rows: int) -> None:
                progress.update(task, advance=1, description=f"{stage} {table}: {rows:,} rows")

            result = load_folder(folder, only, report)
    except SourceFileError as error:
        fail(
            f"{error}", "The databases are unchanged. Correct or replace the file, then load again."
        )
    except psycopg2.OperationalError as error:
        fail(str(error).strip(), "The databases are unchanged. Is PostgreSQL up? ./lakehouse up")
    if as_json:
        print_json(_load_as_json(result))
    else:
        _print_load(result)


def confirm_replacement(folder: Path, files: Sequence[SourceFile], yes: bool) -> None:
    """Ask before a load replaces files of another folder; a program gets an error instead.

    Raises:
        PlatformError: nobody can be asked.
        typer.Abort: the answer was no.
    """
    from lakehouse.platform import postgres
    from lakehouse.platform.errors import PlatformError
    from lakehouse.sources import origin

    if yes:
        return
    found = []
    for database in sorted({file.table.source_database for file in files}):
        with contextlib.closing(postgres.connect(database, "loader")) as connection:
            found.append((database, origin.recorded(connection, database)))
    lost = origin.lost(found, origin.Origin.of(folder))
    if not lost:
        return
    replaced = f"{' and '.join(lost)}; loading {folder} replaces it"
    if not can_ask():
        raise PlatformError(f"{replaced}. The databases are unchanged: add --yes to replace it")
    typer.confirm(f"{replaced}. Go on?", abort=True)


@app.command()
def download(
    out: Annotated[Path, typer.Option(help="Folder to write the files to.")],
    only: Annotated[str | None, typer.Option(help="One data set only.")] = None,
) -> None:
    """Fetch the published data sets from Kaggle: without an account, with your login if needed."""
    require_kept(out)
    _check_choice("--only", only, tuple(data_set.name for data_set in catalog.DATA_SETS))
    try:
        fetched = kaggle_sets.download(
            out, only, lambda data_set: say(f"fetching {data_set.address}")
        )
    except (kaggle_sets.NoKaggleLoginError, kaggle_sets.DownloadError) as error:
        fail(str(error), "")
    for data_set, folder in fetched:
        say(f"unpacked into {folder} (licence: {data_set.licence})")


def _check_choice(option: str, value: str | None, choices: tuple[str, ...]) -> None:
    if value is None or value in choices:
        return
    near = difflib.get_close_matches(value, choices, n=1, cutoff=0.0)
    raise typer.BadParameter(
        f"{value!r} is none of {', '.join(choices)}; the nearest is {near[0]}", param_hint=option
    )


def _load_as_json(result: LoadResult) -> dict[str, Any]:
    return {
        "tables": [
            {**dataclasses.asdict(loaded), "file": str(loaded.file)} for loaded in result.tables
        ],
        "warnings": list(result.warnings),
        "seconds": round(result.seconds, 3),
    }


def _print_load(result: LoadResult) -> None:
    keyed = {table.name for table in catalog.LAYERS[Layer.SOURCE] if table.primary_key}
    table = Table("database", "table", "rows", "primary key")
    for loaded in result.tables:
        key = "yes" if loaded.has_primary_key else "missing" if loaded.table in keyed else "none"
        table.add_row(loaded.database, loaded.table, f"{loaded.rows:,}", key)
    print_whole(table)
    for warning in result.warnings:
        say((f"warning: {warning}", "yellow"))
    say(f"loaded in {result.seconds:.1f} s")
