"""The command of the workload."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("trinkets")(sell)


def sell(count: int = 1) -> None:
    """Sell so many trinkets."""
    typer.echo(f"{count} sold")
