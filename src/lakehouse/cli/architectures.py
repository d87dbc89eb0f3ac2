"""The command that tells for which processors every part is published."""

from __future__ import annotations

import typer

from lakehouse.cli.common import print_whole, say, working


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(architectures)


def architectures() -> None:
    """Show for which processors each part with machine code is published; fail where one lacks."""
    from rich.table import Table
    from rich.text import Text

    from lakehouse.platform.architectures import examine
    from lakehouse.platform.assembly import assemble
    from lakehouse.platform.services import load_services
    from lakehouse.platform.settings import settings

    with working("looking into every jar, asking for every wheel"):
        assemble(load_services(), settings(), say)
        found = examine(load_services(), settings())
    table = Table("of", "what", "published for", "note", box=None, pad_edge=False)
    for artefact in found:
        note = Text(artefact.note) if artefact.complete else Text("is missing", "red")
        table.add_row(artefact.holder, artefact.name, " ".join(artefact.architectures), note)
    print_whole(table)
    if not all(artefact.complete for artefact in found):
        raise typer.Exit(1)
