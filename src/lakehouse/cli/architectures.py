"""The command that tells for which processors every part is published."""

from __future__ import annotations

import typer

from lakehouse.cli.common import console, working


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(architectures)


def architectures() -> None:
    """Show for which processors each part with machine code is published; fail where one lacks."""
    from rich.table import Table

    from lakehouse.platform.architectures import examine
    from lakehouse.platform.assembly import assemble
    from lakehouse.platform.services import load_services
    from lakehouse.platform.settings import settings

    with working("looking into every jar, asking for every wheel"):
        assemble(load_services(), settings(), console.print)
        found = examine(load_services(), settings())
    table = Table("of", "what", "published for", "note", box=None, pad_edge=False)
    for artefact in found:
        note = artefact.note if artefact.complete else "[red]is missing[/]"
        table.add_row(artefact.holder, artefact.name, " ".join(artefact.architectures), note)
    console.print(table, soft_wrap=True)
    if not all(artefact.complete for artefact in found):
        raise typer.Exit(1)
