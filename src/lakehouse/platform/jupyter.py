"""JupyterLab: the address that opens it."""

from __future__ import annotations

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.probes import ready
from lakehouse.platform.secrets import lab_address
from lakehouse.platform.services import load_services, process_named, processes_of
from lakehouse.platform.settings import Settings


def address_with_token(config: Settings) -> str:
    """Where JupyterLab opens without asking for its token.

    Raises:
        PlatformError: it does not answer.
        MissingSecretError: nothing has been set up yet.
    """
    token = config.secret("jupyter_token")
    address = lab_address(config)
    if not ready(process_named("jupyter", processes_of(load_services())), config):
        start = "--runtime docker up bi" if config.runtime == "docker" else "up jupyter"
        raise PlatformError(
            f"JupyterLab at {address} does not answer: start it with ./lakehouse {start}"
        )
    return f"{address}?token={token}"
