"""The work of silver and gold on the warm engine, and by one spark-submit a table."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.batch.lake import DAY, Lake
from benchmarks.batch.platform import output_into
from benchmarks.measuring import Comparison, interleaved
from lakehouse.contracts.model import Layer
from lakehouse.orchestration import steps
from lakehouse.platform.settings import settings
from lakehouse.platform.trial import changed_settings

WARM = "warm engine"
SUBMIT = "spark-submit a table"
TABLES = (
    (Layer.SILVER, "orders"),
    (Layer.SILVER, "order_items"),
    (Layer.SILVER, "closed_deals"),
    (Layer.GOLD, "dim_customer"),
    (Layer.GOLD, "fact_order"),
    (Layer.GOLD, "fact_order_item"),
)


def compare(lake: Lake, orders: int, rounds: int) -> Comparison:
    """Build the same tables both ways; the result of either is the same tables."""
    lake.filled(orders)
    found = interleaved(
        f"{len(TABLES)} tables of silver and gold, {orders:,} orders",
        WARM,
        {
            WARM: {name: _on_engine(layer, name) for layer, name in TABLES},
            SUBMIT: {name: _submitted(layer, name) for layer, name in TABLES},
        },
        rounds,
    )
    found.notes.append("tables: " + ", ".join(f"{layer}.{name}" for layer, name in TABLES))
    found.notes.append("Airflow's own time for a task is in neither")
    return found


def _on_engine(layer: Layer, name: str) -> Callable[[], object]:
    def work() -> object:
        return steps.run(layer, name, DAY, full=True)

    return work


def _submitted(layer: Layer, name: str) -> Callable[[], object]:
    def work() -> object:
        log = settings().logs_dir / "submit.log"
        with changed_settings({"run_on": "submit"}), output_into(log):
            return steps.run(layer, name, DAY, full=True)

    return work
