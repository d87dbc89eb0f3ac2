"""Demo of the shop: source data, five DAGs, reconciliation, answers of the star schema."""

from __future__ import annotations

from pathlib import Path

from lakehouse.cli.common import heading, print_whole, say
from lakehouse.contracts.demo import Demo, DemoOptions, DemoStep
from lakehouse.contracts.workload import Workload

_HERE = "lakehouse.workloads.shop.demo"
_CORE = "lakehouse.cli.demo_steps"
DEMO = Demo(
    (
        DemoStep("Servers", servers=("batch",)),
        DemoStep("Sources", action=f"{_HERE}:load"),
        DemoStep("Five DAGs: PostgreSQL to bronze, silver, gold", action=f"{_CORE}:run_batch"),
        DemoStep("Proof", action=f"{_CORE}:verify_tables"),
        DemoStep(action=f"{_HERE}:show_answers"),
    ),
    by_default=True,
)


def load(workload: Workload, options: DemoOptions) -> bool:
    """Load the given files, or generated ones, into PostgreSQL."""
    from lakehouse.cli.data import confirm_replacement
    from lakehouse.sources.files import find_source_files
    from lakehouse.sources.load import load_folder

    folder = options.data_dir or _generated(options.orders, options.seed)
    confirm_replacement(folder, find_source_files(folder), options.replace)
    loaded = load_folder(folder)
    for warning in loaded.warnings:
        say(f"note: {warning}")
    say(f"{sum(loaded.rows.values()):,} rows in {len(loaded.rows)} tables of PostgreSQL")
    return True


def show_answers(workload: Workload, options: DemoOptions) -> bool:
    """Draw the answers to a few questions about the orders."""
    from lakehouse.cli import pictures
    from lakehouse.serving import thrift
    from lakehouse.workloads.shop import answers

    for question, picture in (
        (answers.ORDERS_A_DAY, pictures.sparkline),
        (answers.ORDERS_BY_WEEKDAY_AND_HOUR, pictures.heat_map),
        (answers.TOP_CITIES, pictures.bars),
        (answers.SALES_BY_CATEGORY, pictures.bars),
    ):
        heading(question.title)
        print_whole(picture(thrift.query(question.sql).rows))
    return True


def _generated(orders: int, seed: int) -> Path:
    from lakehouse.platform.settings import settings
    from lakehouse.workloads.shop.generator import generate

    folder = settings().state_dir / "generated" / f"orders-{orders}-seed-{seed}"
    made = generate(orders, seed, folder)
    say(f"{orders:,} orders generated in {made.seconds:.1f} s into {folder}")
    return folder
