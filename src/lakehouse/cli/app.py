"""The one command line; each module of this package registers its commands here."""

from __future__ import annotations

import sys

import typer

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
    streams,
    watching,
)
from lakehouse.cli.common import errors
from lakehouse.contracts.catalog import UnknownTableError
from lakehouse.orchestration.pipelines import UnknownPipelineError
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.proxies import bypass_for_this_process
from lakehouse.platform.settings import MissingSecretError, settings
from lakehouse.sources.errors import SourceFileError

app = typer.Typer(
    name="lakehouse",
    help="The e-commerce lakehouse: its servers, its data, its runs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# their message says what to do
_TOLD = (
    PlatformError,
    MissingSecretError,
    UnknownTableError,
    UnknownPipelineError,
    SourceFileError,
)

for module in (demo, servers):
    module.register(app)
app.add_typer(data.app)
for module in (
    *(runs, looking, quarantine, streams, watching, asking, dead_letters),
    *(picturing, architectures),
):
    module.register(app)
app.add_typer(nifi.app, name="nifi")
app.add_typer(grafana.app, name="grafana")
app.add_typer(bi.app, name="bi")
app.add_typer(checks.app)


def main() -> None:
    """Run a command; errors a person can act on are shown without a stack trace."""
    try:
        bypass_for_this_process(settings())
        app(prog_name="./lakehouse")
    except _TOLD as error:
        errors.print(f"error: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(1)
