"""The settings of servers in containers: those of local processes, at other addresses and places.

Each container is a process of `services/*/service.toml`, reached by that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from lakehouse.platform.environment import settings_environment
from lakehouse.platform.proxies import bypass
from lakehouse.platform.selection import server_groups
from lakehouse.platform.services import load_services, processes_of
from lakehouse.platform.settings import Settings

# what the images hold, and where their volumes are
PROJECT = Path("/opt/lakehouse")
SERVERS = Path("/opt/servers")
DATA = Path("/data")
# Grafana's own; no setting of ours has it, as only Docker starts Grafana
GRAFANA_PORT = 3000

# what the compose files determine and `.env` cannot change, next to hosts and ports of the network
FIXED = frozenset(
    {
        *("state_dir", "cache_dir", "dags_dir", "notebooks_dir", "bind_host", "runtime"),
        *("kafka_servers", "kafka_node_id", "kafka_voters", "kafka_cluster_id", "cassandra_seeds"),
    }
)

_HEAD = """\
# Settings of every container; secrets are not among them. Written by `./lakehouse docs`.
# Docker Compose replaces ${NAME:-default} by the value in .env or in the environment.
"""
_GROUPS_HEAD = """\
# Profiles and workloads, each with the profiles and folders of services/ that it starts.
# Written by `./lakehouse docs`.
"""
_PLAIN = re.compile(r"[\w./:,@%+\[\]-]*")


def settings_file() -> str:
    """The text of `containers/settings.env`: every setting that is no secret, folders included."""
    return _HEAD + "".join(sorted(f"{line}\n" for line in _lines()))


def profiles_file() -> str:
    """The text of `containers/profiles.txt`: profiles and workloads, for scripts without Python."""
    lines = (" ".join((name, *parts)) for name, parts in server_groups().items())
    return _GROUPS_HEAD + "".join(f"{line}\n" for line in lines)


def is_fixed(name: str) -> bool:
    """True if `.env` cannot change this setting in containers."""
    address = name.endswith(("_host", "_port", "_published_port"))
    reachable = name.startswith("smtp_") or name == "publish_host"
    return name in FIXED or (address and not reachable)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"LAKEHOUSE_{name.upper()}"


def _lines() -> Iterator[str]:
    defaults = _defaults()
    config = Settings.model_construct(**defaults)
    values = settings_environment(config)
    # Docker hands the proxies of its own configuration to containers
    yield from (f"{name}={hosts}" for name, hosts in bypass(config, {}).items())
    for name, field in Settings.model_fields.items():
        if name == "weblogs_dir":
            yield f"{variable(name)}={DATA}/${{{variable(name)}:+your-}}weblogs"
        elif name.endswith("_published_port"):
            port = f"{name.removesuffix('_published_port')}_port"
            number = defaults.get(port, GRAFANA_PORT)
            yield f"{variable(name)}={_replaced([variable(port)], str(number))}"
        elif variable(name) in values:
            value = values[variable(name)]
            yield f"{variable(name)}={value if is_fixed(name) else _changeable(name, field, value)}"
        elif not is_fixed(name) and not is_secret(field):
            # passed on if it is set; else the default of the code holds
            yield variable(name)
    for service in load_services():
        yield f"{variable(service.name)}_DATA={DATA / service.name}"
        if service.is_assembled:
            yield f"{variable(service.name)}_ASSEMBLY={SERVERS / service.name}"


def _changeable(name: str, field: FieldInfo, default: str) -> str:
    """A value that `.env` may replace, under each name that the setting has there."""
    alias = field.validation_alias
    names = [str(one) for one in alias.choices] if isinstance(alias, AliasChoices) else []
    text = _replaced(names or [variable(name)], default)
    return text if _PLAIN.fullmatch(default) else f'"{text}"'


def _replaced(names: Sequence[str], default: str) -> str:
    value = default.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    for name in reversed(names):
        value = f"${{{name}:-{value}}}"
    return value


def is_secret(field: FieldInfo) -> bool:
    """True for a password or key: only the containers that need it get it."""
    return SecretStr in get_args(field.annotation)


def _defaults() -> dict[str, Any]:
    """Settings for which `.env` has no line."""
    hosts = {process.host: process.name for process in processes_of(load_services())}
    standard = {
        name: field.get_default(call_default_factory=True)
        for name, field in Settings.model_fields.items()
    }
    return standard | {
        **{name: host for name, host in hosts.items() if name},
        "state_dir": DATA,
        "cache_dir": DATA / "cache",
        "dags_dir": PROJECT / "dags",
        "notebooks_dir": PROJECT / "notebooks",
        "bind_host": "0.0.0.0",
        # the memory limit of the scheduler's container
        "airflow_parallelism": 2,
        "runtime": "docker",
    }
