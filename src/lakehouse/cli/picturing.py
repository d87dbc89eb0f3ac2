"""`screenshots`: the pictures of the docs, by a real browser from running servers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lakehouse.cli.common import say


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(screenshots)


def screenshots(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all if left out.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; docs/images if left out.")] = None,
) -> None:
    """Take the screenshots of the docs from the servers that run; needs Chromium or Chrome."""
    from lakehouse.platform.assembly import assemble
    from lakehouse.platform.settings import PROJECT, settings
    from lakehouse.serving import screens

    wanted = screens.chosen(names or [])
    screens.find_browser()
    assemble([screens.tool()], settings(), say)
    folder = (out or PROJECT / "docs" / "images").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if not screens.take(wanted, folder, settings()):
        raise typer.Exit(1)
