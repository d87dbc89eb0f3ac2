"""`verify`: reconciliation of all layers, or of the streams."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lakehouse.cli.common import DIFFERS, JsonOption, checking, print_json, say

if TYPE_CHECKING:
    from lakehouse.serving.reconciliation import Line


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(verify)


def verify(
    streams: Annotated[
        bool, typer.Option("--streams", help="The streams, from the logs to gold.")
    ] = False,
    manifest: Annotated[
        Path | None,
        typer.Option(help="With --streams: what one run wrote, where nothing else was written."),
    ] = None,
    wait: Annotated[
        float, typer.Option(min=0, help="With --streams: seconds to let hops catch up.")
    ] = 60.0,
    as_json: JsonOption = False,
) -> None:
    """Check that nothing was lost or duplicated at any stage.

    Exit code 0 if everything agrees, 1 on any difference, 3 if it could not be checked.
    """
    from lakehouse.cli.proving import verify_streams

    if manifest is not None and not streams:
        raise typer.BadParameter("--manifest goes with --streams")
    with checking():
        agrees = verify_streams(manifest, wait, as_json) if streams else run_verify(as_json)
    if not agrees:
        raise typer.Exit(DIFFERS)


def run_verify(as_json: bool = False) -> bool:
    """Check every balance, writing each; whether all agree."""
    from pyspark.errors import AnalysisException

    from lakehouse.platform import spark
    from lakehouse.platform.errors import PlatformError
    from lakehouse.platform.settings import settings
    from lakehouse.serving.last_verify import keep
    from lakehouse.serving.verify import verify as prove

    session = spark.connect("verify")
    try:
        lines = prove(session, (lambda line: None) if as_json else _print_line)
    except AnalysisException as error:
        missing = str(error).split("\n")[0]
        raise PlatformError(f"not built yet, try ./lakehouse run --all: {missing}") from error
    finally:
        session.stop()
    broken = [line for line in lines if not line.balanced]
    keep("batch", len(lines), len(broken), settings())
    if as_json:
        print_json([{**dataclasses.asdict(line), "balanced": line.balanced} for line in lines])
    elif broken:
        say((f"{len(broken)} of {len(lines)} lines do not balance", "red"))
    else:
        say((f"all {len(lines)} lines balance", "green"))
    return not broken


def _print_line(line: Line) -> None:
    mark = ("ok  ", "green") if line.balanced else ("DIFF", "red")
    found = f"{line.found:,}" if line.balanced else f"{line.found:,} instead of {line.expected:,}"
    say(
        mark,
        f" {line.hop:16} {line.table:34} {line.subject:24} {found:>14}  ",
        (line.how, "dim"),
    )
