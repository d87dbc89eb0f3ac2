"""The environment every server and wrapper runs in: settings, folders and Java by name.

A container gives the same names through its compose file; `services/*/run` read nothing else.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from pathlib import Path

from pydantic import SecretStr

from lakehouse.platform.assembly import assembled, java_home, spark_java_home
from lakehouse.platform.java import find_runtime
from lakehouse.platform.proxies import bypass
from lakehouse.platform.services import SERVICES, load_services
from lakehouse.platform.settings import PROJECT, Settings

MARK = "LAKEHOUSE_SUPERVISED"
# PySpark leaves these in a process that opened a Connect session; spark-submit trips over them
_CONNECT_MARKS = ("SPARK_CONNECT_MODE_ENABLED", "SPARK_REMOTE", "SPARK_LOCAL_REMOTE")


def settings_environment(config: Settings) -> dict[str, str]:
    """Each setting by its environment name, secrets included."""
    found = {}
    for name in type(config).model_fields:
        value = getattr(config, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if value is not None:
            found[f"LAKEHOUSE_{name.upper()}"] = str(value)
    return found


def fingerprint(config: Settings) -> str:
    """Changes when a setting does: running servers would still have the old one."""
    text = repr((sorted(settings_environment(config).items()), str(SERVICES)))
    return hashlib.sha256(text.encode()).hexdigest()


def process_environment(config: Settings) -> dict[str, str]:
    """Everything a `services/*/run` script may ask for.

    Raises:
        PlatformError: no suitable Java was found.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in _CONNECT_MARKS}
    environment = inherited | settings_environment(config)
    binaries = Path(sys.executable).parent
    environment |= {
        "JAVA_HOME": str(java_home(config)),
        "LAKEHOUSE_JAVA_RUNTIME": str(find_runtime()),
        "LAKEHOUSE_SPARK_JAVA": str(spark_java_home(config)),
        "SPARK_HOME": str(spark_home()),
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": str(PROJECT / "src"),
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        **bypass(config, os.environ),
    }
    if config.runtime == "processes":
        environment["TMPDIR"] = str(_scratch_folder(config))
    for service in load_services():
        name = service.name.upper()
        environment[f"LAKEHOUSE_{name}_DATA"] = str(service.data(config))
        if service.is_assembled:
            # an image has it at a place of its own
            environment.setdefault(f"LAKEHOUSE_{name}_ASSEMBLY", str(assembled(service, config)))
    return environment


def _scratch_folder(config: Settings) -> Path:
    folder = config.scratch_dir
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def spark_home() -> Path:
    """The engine's folder, found without importing it, which takes seconds."""
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pyspark")
    return Path(spec.origin).parent
