"""The one command line; each module of this package registers its commands here."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable
from typing import Annotated

import typer
import typer.main

from lakehouse.cli import (
    architectures,
    asking,
    bi,
    checks,
    data,
    dead_letters,
    demo,
    grafana,
    looking,
    nifi,
    picturing,
    quarantine,
    runs,
    servers,
    sql,
    watching,
)
from lakehouse.cli.common import NOT_CHECKED, NotCheckedError, errors, say
from lakehouse.cli.containers import NotInContainersError, refuse
from lakehouse.contracts.functions import named
from lakehouse.orchestration.pipelines import UnknownPipelineError
from lakehouse.platform.command_line import for_runtime, launcher
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.proxies import bypass_for_this_process
from lakehouse.platform.selection import require_valid_servers
from lakehouse.platform.settings import InvalidSettingError, MissingSecretError, settings
from lakehouse.platform.version import VERSION
from lakehouse.registry import catalog
from lakehouse.registry.catalog import UnknownTableError
from lakehouse.registry.discovery import Found, InvalidWorkloadError
from lakehouse.sources.errors import SourceFileError

app = typer.Typer(
    name="lakehouse",
    help="The e-commerce lakehouse: its servers, its data, its runs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"lakehouse {VERSION}")
        raise typer.Exit


@app.callback()
def common_options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    """The e-commerce lakehouse: its servers, its data, its runs."""


# their message says what to do
_TOLD = (
    PlatformError,
    InvalidSettingError,
    MissingSecretError,
    UnknownTableError,
    UnknownPipelineError,
    SourceFileError,
)

for module in (demo, servers):
    module.register(app)
app.add_typer(data.app)
for module in (
    *(runs, sql, looking, quarantine, watching, asking, dead_letters),
    *(picturing, architectures),
):
    module.register(app)
app.add_typer(nifi.app, name="nifi")
app.add_typer(grafana.app, name="grafana")
app.add_typer(bi.app, name="bi")
app.add_typer(checks.app)


def add_commands(to: typer.Typer, found: Iterable[Found]) -> None:
    """Add the commands that workloads declare.

    Raises:
        InvalidWorkloadError: a command has the name of another one.
    """
    for each in found:
        if not each.workload.commands:
            continue
        own = typer.Typer()
        named(each.workload.commands)(own)
        for name in sorted(_names(own) & _names(to)):
            raise InvalidWorkloadError(
                f"{each.folder}: commands: {name} is already a command; rename it"
            )
        to.registered_commands += own.registered_commands
        to.registered_groups += own.registered_groups


def _names(of: typer.Typer) -> set[str]:
    if not (of.registered_commands or of.registered_groups):
        return set()
    return set(typer.main.get_group(of).commands)


add_commands(app, catalog.FOUND)
require_valid_servers(catalog.FOUND)


def main() -> None:
    """Run a command; errors a person can act on are shown without a stack trace."""
    try:
        bypass_for_this_process(settings())
        refuse(sys.argv[1:])
        app(prog_name=launcher())
    except NotInContainersError as error:
        sys.exit(_report(error, "error", 2))
    except NotCheckedError as failed:
        sys.exit(_report(failed.__cause__ or failed, "not checked", NOT_CHECKED))
    except _TOLD as error:
        sys.exit(_report(error, "error", 1))


def _report(error: BaseException, what: str, code: int) -> int:
    if isinstance(error, (NotInContainersError, *_TOLD)):
        errors.print(for_runtime(f"{what}: {error}"), style="red", soft_wrap=True)
    else:
        traceback.print_exception(error)
        errors.print(f"{what}: {type(error).__name__}: {error}", style="red", soft_wrap=True)
    return code
