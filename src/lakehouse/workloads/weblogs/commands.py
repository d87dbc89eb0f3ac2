"""Commands that write the logs of the shop: `stream write`, `stream replay`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lakehouse.cli.common import JsonOption, console, print_json, say
from lakehouse.cli.containers import require_own_logs

if TYPE_CHECKING:
    from lakehouse.workloads.weblogs.generator.manifest import Manifest
    from lakehouse.workloads.weblogs.generator.shop import Shop


app = typer.Typer(help="Logs of the shop: write them, replay published ones.", no_args_is_help=True)


class Format(StrEnum):
    """Form of the access log."""

    COMBINED = "combined"
    COMMON = "common"


def register(parent: typer.Typer) -> None:
    """Add the commands of this module, below `stream`."""
    parent.add_typer(app, name="stream")


@app.command()
def write(
    rate: Annotated[float, typer.Option(min=0.1, help="Lines a second, both logs together.")],
    duration: Annotated[
        float | None, typer.Option(min=0, help="Seconds; until Ctrl-C if left out.")
    ] = None,
    malformed: Annotated[
        float, typer.Option(min=0, max=100, help="Percent of lines that no reader can use.")
    ] = 0.0,
    late: Annotated[
        float, typer.Option(min=0, max=100, help="Percent of lines 10 s to 30 min late.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same lines.")] = 1,
    share_clicks: Annotated[
        float, typer.Option(min=0, max=1, help="How many of the lines are clicks.")
    ] = 0.5,
    rotate_mb: Annotated[float, typer.Option(min=0.001, help="Rotate a log at this size.")] = 16.0,
    format_: Annotated[
        Format, typer.Option("--format", help="Of the access log.")
    ] = Format.COMBINED,
    as_json: JsonOption = False,
) -> None:
    """Write an access log and a clickstream log as the web servers of a shop would."""
    from lakehouse.workloads.weblogs.generator.writer import Options
    from lakehouse.workloads.weblogs.generator.writer import write as write_logs

    require_own_logs()
    if malformed + late > 100:
        raise typer.BadParameter("--malformed and --late are more than 100 percent together")
    options = Options(
        rate=rate,
        duration=duration,
        malformed=malformed,
        late=late,
        seed=seed,
        share_clicks=share_clicks,
        rotate_bytes=int(rotate_mb * (1 << 20)),
        format=str(format_),
    )
    shop = _shop(quiet=as_json)
    with _progress(quiet=as_json) as on_second:
        made = write_logs(options, shop, on_second)
    _tell(made, as_json)


@app.command()
def replay(
    folder: Annotated[
        Path,
        typer.Option(
            "--from", help="Folder with the published clickstream, access log or both, also .gz."
        ),
    ],
    rate: Annotated[
        float | None, typer.Option(min=0.1, help="Lines a second; as fast as may be if left out.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Lines at most, per log.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write published logs into the logs of the shop. Replaying twice yields the same event ids."""
    from lakehouse.sources.files import has_file
    from lakehouse.workloads.weblogs.generator.replay import PUBLISHED
    from lakehouse.workloads.weblogs.generator.replay import replay as replay_clickstream
    from lakehouse.workloads.weblogs.generator.replay_access_log import (
        find_access_log,
        replay_access_log,
    )

    require_own_logs()
    access_log = find_access_log(folder)
    with _progress(quiet=as_json) as on_second:
        if access_log is None or has_file(folder, PUBLISHED):
            _tell(replay_clickstream(folder, rate, limit, on_second), as_json)
        if access_log is not None:
            _tell(replay_access_log(access_log, rate, limit, on_second), as_json)


def _shop(quiet: bool) -> Shop:
    """The shop of the warehouse, or an invented one where the warehouse is not there."""
    from lakehouse.serving.thrift import QueryError
    from lakehouse.workloads.weblogs.generator import warehouse as known
    from lakehouse.workloads.weblogs.generator.shop import invented_shop, shop_of

    try:
        products, customers = known.products(), known.customers()
    except QueryError:
        products, customers = [], []
    if products and customers:
        return shop_of(products, customers)
    if not quiet:
        say("the warehouse is not there to ask: products and customers are invented")
    return invented_shop()


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int, float], None]]:
    if quiet or not console.is_terminal:
        yield lambda lines, seconds: None
        return
    with console.status("writing") as status:
        yield lambda lines, seconds: status.update(
            f"{lines:,} lines in {seconds:.0f} s, {lines / max(seconds, 0.001):,.0f} a second; "
            "Ctrl-C ends it"
        )


def _tell(made: Manifest, as_json: bool) -> None:
    from lakehouse.workloads.weblogs.generator import manifest as manifests

    if as_json:
        print_json(made.as_json())
        return
    told = []
    for name, counts in made.streams.items():
        bad = "" if counts.malformed is None else f"{sum(counts.malformed.values()):,} malformed, "
        told.append(
            f"{name}: {counts.lines:,} lines, {counts.bytes:,} bytes, {bad}{counts.late:,} late, "
            f"{counts.purchases:,} purchases of {counts.revenue:,} BRL"
        )
    path = manifests.folder() / f"{made.run}.json"
    told.append(f"{made.state} after {made.seconds:.1f} s; what was written, exactly: {path}")
    say("\n".join(told))
