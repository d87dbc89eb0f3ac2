"""`verify`: reconciliation of all layers, of the streams, or of one workload."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lakehouse.cli.common import DIFFERS, JsonOption, checking, print_json, say, say_result
from lakehouse.cli.completion import workload_names

if TYPE_CHECKING:
    from lakehouse.contracts.workload import Workload
    from lakehouse.serving.reconciliation import Line


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(verify)


def verify(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A workload: its tables, then its streams. All tables if left out.",
            autocompletion=workload_names,
        ),
    ] = None,
    streams: Annotated[
        bool, typer.Option("--streams", help="The streams, from the logs to gold.")
    ] = False,
    manifest: Annotated[
        Path | None,
        typer.Option(help="For streams: what one run wrote, where nothing else was written."),
    ] = None,
    wait: Annotated[
        float, typer.Option(min=0, help="For streams: seconds to let hops catch up.")
    ] = 60.0,
    as_json: JsonOption = False,
) -> None:
    """Check that nothing was lost or duplicated at any stage.

    Exit code 0 if everything agrees, 1 on any difference, 3 if it could not be checked.
    """
    from lakehouse.cli.proving import verify_streams

    if manifest is not None and not (streams or name):
        raise typer.BadParameter("--manifest goes with --streams or a workload")
    with checking():
        if name:
            agrees = verify_workload(name, streams, manifest, wait, as_json)
        else:
            agrees = verify_streams(manifest, wait, as_json) if streams else run_verify(as_json)
    if not agrees:
        raise typer.Exit(DIFFERS)


def verify_workload(
    name: str, only_streams: bool, manifest: Path | None, wait: float, as_json: bool
) -> bool:
    """Reconcile the tables and streams of one workload; true if all agree.

    Raises:
        UnknownNameError: there is no such workload.
        PlatformError: it has nothing to reconcile.
    """
    from lakehouse.cli.proving import proof_as_json, prove_streams
    from lakehouse.platform.errors import PlatformError
    from lakehouse.platform.selection import workload

    found = workload(name)
    lines = [] if only_streams else _reconciled([found], quiet=as_json)
    proofs = prove_streams(manifest, wait, as_json, found.streams) if found.streams else []
    if not lines and not proofs:
        kind = "streams" if only_streams else "tables from source databases and no streams"
        raise PlatformError(f"the workload {name} has no {kind}: nothing can be reconciled")
    if as_json:
        tables = [_as_json(line) for line in lines]
        print_json({"tables": tables, "streams": [proof_as_json(proof) for proof in proofs]})
    return say_result([*lines, *(line for one in proofs for line in one.lines)], quiet=as_json)


def run_verify(as_json: bool = False) -> bool:
    """Reconcile the tables of all workloads, writing each line; true if all agree."""
    from lakehouse.platform.settings import settings
    from lakehouse.registry.catalog import WORKLOADS
    from lakehouse.serving.last_verify import keep

    lines = _reconciled(WORKLOADS, quiet=as_json)
    keep("batch", len(lines), sum(not line.balanced for line in lines), settings())
    if as_json:
        print_json([_as_json(line) for line in lines])
    return say_result(lines, quiet=as_json)


def _reconciled(workloads: Sequence[Workload], quiet: bool) -> list[Line]:
    from pyspark.errors import AnalysisException

    from lakehouse.platform import spark
    from lakehouse.platform.errors import PlatformError
    from lakehouse.serving.verify import checks_of
    from lakehouse.serving.verify import verify as prove

    if not checks_of(workloads):
        return []
    session = spark.connect("verify")
    try:
        return prove(session, (lambda line: None) if quiet else _print_line, workloads)
    except AnalysisException as error:
        missing = str(error).split("\n")[0]
        raise PlatformError(f"not built yet, try ./lakehouse run --all: {missing}") from error
    finally:
        session.stop()


def _as_json(line: Line) -> dict[str, Any]:
    return {**dataclasses.asdict(line), "balanced": line.balanced}


def _print_line(line: Line) -> None:
    mark = ("ok  ", "green") if line.balanced else ("DIFF", "red")
    found = f"{line.found:,}" if line.balanced else f"{line.found:,} instead of {line.expected:,}"
    say(
        mark,
        f" {line.hop:16} {line.table:34} {line.subject:24} {found:>14}  ",
        (line.how, "dim"),
    )
