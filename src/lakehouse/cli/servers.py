"""Commands for the servers: up, down, status, logs, restart, reset, doctor, logins, setup.

The platform's modules are imported inside the commands: `--help` answers at once.
"""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from lakehouse.cli.common import JsonOption, print_json, print_whole, say, working
from lakehouse.cli.completion import group_names, names_of_servers, server_names

if TYPE_CHECKING:
    from lakehouse.platform.doctor import Finding
    from lakehouse.platform.status import ServerStatus

ServerName = Annotated[
    str,
    typer.Argument(help="A server, as `status` names it.", autocompletion=server_names),
]
AnyName = Annotated[
    str,
    typer.Argument(
        help="A server, as `status` names it, a profile, or a workload.",
        autocompletion=names_of_servers,
    ),
]
GroupNames = Annotated[
    list[str] | None,
    typer.Argument(
        help="Profiles (batch, stream, bi, monitoring, all), workloads, or folders of services/; "
        "batch if left out.",
        autocompletion=group_names,
    ),
]
AnyNames = Annotated[
    list[str] | None,
    typer.Argument(
        help="Profiles, workloads, or servers as `status` names them; every server if left out.",
        autocompletion=names_of_servers,
    ),
]
ExaminedNames = Annotated[
    list[str] | None,
    typer.Argument(
        help="Profiles, workloads, or folders of services/ whose memory and ports are checked; "
        "all if left out.",
        autocompletion=group_names,
    ),
]
_DEFAULT = ("batch",)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (up, down, status, logs, restart, reset, doctor, credentials, token, setup):
        app.command()(command)
    app.command(hidden=True)(secrets)


def up(names: GroupNames = None) -> None:
    """Start the servers of profiles or workloads and wait until they are ready."""
    from lakehouse.platform import lifecycle

    began = time.monotonic()
    with working("starting"):
        lifecycle.up(names or _DEFAULT, say)
    say(f"all ready in {time.monotonic() - began:.1f} s")


def down(names: AnyNames = None) -> None:
    """Stop every server, or those of NAME that nothing else needs.

    What other started profiles or workloads need goes on, and is named.
    """
    from lakehouse.platform import lifecycle

    with working("stopping"):
        lifecycle.down(say, names or ())


def restart(name: AnyName) -> None:
    """Stop a server, or those of a profile or workload; start again and wait until ready."""
    from lakehouse.platform import lifecycle

    with working("starting again"):
        lifecycle.restart(name, say)


def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop every server and delete all their data."""
    from lakehouse.platform import lifecycle
    from lakehouse.platform.settings import settings

    config = settings()
    if not yes:
        places = sorted({str(config.state_dir), str(config.postgres_home)})
        typer.confirm(f"Delete all data in {' and '.join(places)}?", abort=True)
    lifecycle.reset(say)
    say("all data of the servers is deleted")


def setup(names: GroupNames = None) -> None:
    """Get everything ready for `up`: Java, Maven, secrets, assembled servers."""
    from lakehouse.platform import lifecycle

    with working("setting up"):
        lifecycle.set_up(say, names or _DEFAULT)
    say("set up")


def status(names: AnyNames = None, as_json: JsonOption = False) -> None:
    """Show each server's state, ports, process, memory (PSS), time since its start, alarms.

    Exit code 1 if a server has failed.
    """
    from lakehouse.platform.selection import members
    from lakehouse.platform.services import ALL
    from lakehouse.platform.settings import settings
    from lakehouse.platform.status import server_statuses

    wanted = {process.name for process in members(names or (ALL,))}
    found = [one for one in server_statuses(settings()) if one.name in wanted]
    if as_json:
        print_json([dataclasses.asdict(server) for server in found])
    else:
        _print_statuses(found)
    if any(server.state == "failed" for server in found):
        raise typer.Exit(1)


def _print_statuses(found: Sequence[ServerStatus]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for title in ("server", "state", "ports"):
        table.add_column(title)
    for title in ("pid", "memory MB", "up"):
        table.add_column(title, justify="right")
    colours = {"ready": "green", "starting": "yellow", "failed": "red", "stopped": "dim"}
    for server in found:
        table.add_row(
            server.name,
            Text(server.state, colours[server.state]),
            " ".join(str(number) for number in server.ports.values()),
            "" if server.pid is None else str(server.pid),
            "" if server.memory_mb is None else f"{server.memory_mb:,.0f}",
            "" if server.uptime_seconds is None else _duration(server.uptime_seconds),
        )
    total = sum(server.memory_mb or 0 for server in found)
    table.add_row("together", "", "", "", f"{total:,.0f}", "", style="bold")
    print_whole(table)
    for server in found:
        if server.alarm:
            say(("ALARM", "red"), f" {server.name}: {server.alarm}")


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def logs(
    name: ServerName,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as it grows.")] = False,
    lines: Annotated[int, typer.Option("-n", help="How many of the last lines.", min=0)] = 50,
) -> None:
    """Show the end of a server's log."""
    from lakehouse.platform.errors import PlatformError
    from lakehouse.platform.services import load_services, process_named, processes_of
    from lakehouse.platform.settings import settings
    from lakehouse.platform.supervise import log_file

    process = process_named(name, processes_of(load_services()))
    file = log_file(process.name, settings())
    if not file.exists():
        raise PlatformError(f"{process.name} has not been started yet: ./lakehouse up")
    command = ["tail", f"--lines={lines}", *(["--follow=name"] if follow else []), str(file)]
    try:
        raise typer.Exit(subprocess.run(command).returncode)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def doctor(names: ExaminedNames = None, as_json: JsonOption = False) -> None:
    """Look at the machine: Java, Maven, Python, memory, disk, ports, permissions.

    Shows the declared memory of profiles and workloads next to what the machine has.
    """
    from lakehouse.platform.doctor import examine
    from lakehouse.platform.settings import settings

    found = examine(settings(), names or ())
    if as_json:
        print_json([dataclasses.asdict(finding) for finding in found])
    else:
        _print_findings(found)
    if not all(finding.ok for finding in found):
        raise typer.Exit(1)


def _print_findings(found: Sequence[Finding]) -> None:
    for finding in found:
        mark = ("ok  ", "green") if finding.ok else ("FAIL", "red")
        say(mark, f" {finding.check}: {finding.found}")
        if not finding.ok:
            say(f"     remedy: {finding.remedy}")


def credentials(as_json: JsonOption = False) -> None:
    """Show who may log in where, with which password."""
    from rich.table import Table

    from lakehouse.platform.secrets import credentials as known
    from lakehouse.platform.settings import settings

    found = known(settings())
    if as_json:
        print_json(found)
        return
    table = Table("what", "where", "user", "password", box=None, pad_edge=False)
    for entry in found:
        table.add_row(*entry.values())
    print_whole(table)


def token() -> None:
    """Print the address of JupyterLab with its token, to open in a browser."""
    from lakehouse.platform.jupyter import address_with_token
    from lakehouse.platform.settings import settings

    # in one line, however narrow the terminal
    typer.echo(address_with_token(settings()))


def secrets() -> None:
    """Copy a `.env` from input to output, with a generated value for each secret it lacks."""
    from lakehouse.platform.secrets import completed

    sys.stdout.write(completed(sys.stdin.read()))
