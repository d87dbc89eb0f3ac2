"""Generated orders with bad rows, brought to gold while one server after the other is killed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acceptance import measuring
from acceptance.killing import Ordeal, run_while_killing
from integration.launching import lakehouse_json
from lakehouse.contracts.model import Layer
from lakehouse.platform.settings import Settings

DAY = "2026-01-02"
SIZE = ("--orders", "2000", "--seed", "7")
# each while a layer is built that needs it
SERVERS = (
    ("postgres", Layer.BRONZE),
    ("namenode", Layer.BRONZE),
    ("airflow-dag-processor", Layer.BRONZE),
    ("airflow-scheduler", Layer.SILVER),
    ("datanode", Layer.SILVER),
    ("metastore", Layer.SILVER),
    ("airflow-api-server", Layer.GOLD),
    ("spark", Layer.GOLD),
    ("airflow-triggerer", Layer.GOLD),
)


@dataclass(frozen=True)
class Generated:
    """What was generated, what the tables then showed, what was set aside, what happened."""

    manifest: dict[str, Any]
    figures: dict[str, int]
    quarantine: dict[str, list[dict[str, str]]]
    ordeal: Ordeal


def brought_to_gold(platform: Settings, folder: Path) -> Generated:
    """Generate into a folder, load, and run the five DAGs until every server was killed once.

    Among containers nothing is killed: that is done from outside (tests/containers).
    """
    manifest = lakehouse_json("generate", *SIZE, "--defects", "--out", str(folder))
    lakehouse_json("load", "--yes", "--from", str(folder))
    if platform.runtime == "docker":
        ordeal = Ordeal()
        lakehouse_json("run", "--all", "--date", DAY)
    else:
        ordeal = run_while_killing(platform, SERVERS, DAY)
    kept = lakehouse_json("quarantine", "list", "--limit", "1000")
    return Generated(manifest, measuring.figures(), kept, ordeal)
