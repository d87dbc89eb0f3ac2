"""The settings of servers in containers: those of local processes, at other addresses and places.

Each container is a process of `services/*/service.toml`, reached by that name.
"""

from __future__ import annotations

from pathlib import Path

from lakehouse.platform.environment import settings_environment
from lakehouse.platform.proxies import bypass
from lakehouse.platform.services import load_services, processes_of
from lakehouse.platform.settings import Settings

# what the images hold, and where their volumes are
PROJECT = Path("/opt/lakehouse")
SERVERS = Path("/opt/servers")
DATA = Path("/data")

_HEAD = """\
# Settings of every container; secrets are not among them. Written by `./lakehouse docs`.
"""


def settings_file() -> str:
    """The text of `containers/settings.env`: every setting that is no secret, folders included."""
    return _HEAD + "".join(f"{name}={value}\n" for name, value in sorted(_settings().items()))


def _settings() -> dict[str, str]:
    hosts = {process.host: process.name for process in processes_of(load_services())}
    standard = {
        name: field.get_default(call_default_factory=True)
        for name, field in Settings.model_fields.items()
    }
    differing = {name: host for name, host in hosts.items() if name} | {
        "state_dir": DATA,
        "cache_dir": DATA / "cache",
        "dags_dir": PROJECT / "dags",
        "notebooks_dir": PROJECT / "notebooks",
        "weblogs_dir": DATA / "weblogs",
        "bind_host": "0.0.0.0",
        # what the memory limit of the scheduler's container has room for
        "airflow_parallelism": 2,
        "runtime": "docker",
    }
    config = Settings.model_construct(**(standard | differing))
    found = settings_environment(config)
    # Docker hands the proxies of its own configuration to containers
    found |= bypass(config, {})
    for service in load_services():
        name = f"LAKEHOUSE_{service.name.upper()}"
        found[f"{name}_DATA"] = str(DATA / service.name)
        if service.is_assembled:
            found[f"{name}_ASSEMBLY"] = str(SERVERS / service.name)
    return found
