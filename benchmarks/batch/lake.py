"""The lakehouse under measurement: filled with so many orders, each layer timed on the way."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.measuring import tell, timed
from lakehouse.bronze.importing import import_table
from lakehouse.contracts import places
from lakehouse.contracts.model import Layer
from lakehouse.gold import building as gold
from lakehouse.platform import spark
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.settings import settings
from lakehouse.platform.trial import changed_settings
from lakehouse.registry import catalog
from lakehouse.silver import building as silver
from lakehouse.sources.load import load_folder
from lakehouse.workloads.shop.generator import generate

DAY = "2026-01-01"
SEED = 1
GOLD_TABLES = catalog.build_order(catalog.batch(Layer.GOLD))
SILVER_TABLES = catalog.build_order(catalog.batch(Layer.SILVER))
IMPORT_SQOOP = "import by Sqoop"
IMPORT_SPARK = "import by Spark"
SILVER = "silver"
GOLD_FIRST = "gold, into empty tables"
GOLD_AGAIN = "gold, again with nothing changed"
STEPS = (IMPORT_SQOOP, IMPORT_SPARK, SILVER, GOLD_FIRST, GOLD_AGAIN)
# what it takes to hold the data in every layer
_NEEDED = (IMPORT_SPARK, SILVER, GOLD_FIRST)


@dataclass
class Filled:
    """What a fill with so many orders took."""

    orders: int
    rows: int
    seconds: dict[str, float] = field(default_factory=dict)


class Lake:
    """One platform, filled again with each number of orders that is asked for."""

    def __init__(self) -> None:
        self.session = spark.connect("benchmark")
        self._held: Filled | None = None

    def filled(self, orders: int, complete: bool = False) -> Filled:
        """Hold so many orders in every layer.

        Args:
            orders: how many.
            complete: time every step, those included that are not needed for the data.
        """
        held = self._held
        if held is None or held.orders != orders or (complete and len(held.seconds) < len(STEPS)):
            self._held = None
            self._held = self._fill(orders, STEPS if complete else _NEEDED)
        assert self._held is not None
        return self._held

    def close(self) -> None:
        """Say goodbye to the engine."""
        self.session.stop()

    def _fill(self, orders: int, steps: Sequence[str]) -> Filled:
        made = Filled(orders, _load(orders))
        self._drop_gold()
        work: dict[str, Callable[[], object]] = {
            IMPORT_SQOOP: lambda: self._import("sqoop"),
            IMPORT_SPARK: lambda: self._import("spark"),
            SILVER: self._silver,
            GOLD_FIRST: self._gold,
            GOLD_AGAIN: self._gold,
        }
        for step in steps:
            made.seconds[step] = timed(work[step])
            tell(f"{orders:,} orders: {step}: {made.seconds[step]:.1f} s")
        return made

    def _import(self, engine: str) -> None:
        with changed_settings({"ingest_engine": engine}):
            for table in catalog.LAYERS[Layer.BRONZE]:
                import_table(self.session, table.name, DAY)

    def _silver(self) -> None:
        for table in SILVER_TABLES:
            silver.build(self.session, table.name, DAY)

    def _gold(self) -> None:
        for table in GOLD_TABLES:
            gold.build(self.session, table.name, DAY)

    def _drop_gold(self) -> None:
        # keys are then given from 1, as anybody else would number these rows
        for table in GOLD_TABLES:
            self.session.sql(f"DROP TABLE IF EXISTS {table.full_name}")
            Hdfs().delete(places.folder(table))


def _load(orders: int) -> int:
    folder = settings().state_dir / "generated"
    made = generate(orders, SEED, folder)
    loaded = load_folder(folder)
    shutil.rmtree(folder)
    rows = sum(loaded.rows.values())
    tell(
        f"{orders:,} orders: generated in {made.seconds:.1f} s, "
        f"{rows:,} rows loaded in {loaded.seconds:.1f} s"
    )
    return rows
