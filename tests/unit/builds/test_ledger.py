"""Tables that a run builds: those whose inputs, contract, code or files are not as recorded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakehouse.builds import ledger as deciding
from lakehouse.builds.ledger import State, inputs_of, is_recorded, shown_day
from lakehouse.contracts import places
from lakehouse.contracts.model import Layer, Table
from lakehouse.registry import catalog
from unit.builds.lake import NO_CHANGES, Lake, changed

DAY, NEXT = "2026-03-01", "2026-03-02"
BRONZE = catalog.table(Layer.BRONZE, "products")
SILVER = catalog.table(Layer.SILVER, "products")
DIMENSION = catalog.table(Layer.GOLD, "dim_product")
FACT = catalog.table(Layer.GOLD, "fact_order_item")
ALL = {t.full_name for layer in (Layer.SILVER, Layer.GOLD) for t in catalog.batch(layer)}
Change = Callable[[Lake], None]


@pytest.fixture
def lake() -> Lake:
    """A lake after one run of everything."""
    made = Lake()
    assert made.run(DAY) == ALL
    return made


def readers(*tables: Table) -> set[str]:
    """Tables, and all that read them or point at them, directly or not."""
    found = {table.full_name for table in tables}
    for layer in (Layer.SILVER, Layer.GOLD):
        for table in catalog.build_order(catalog.batch(layer)):
            if any(each.full_name in found for each in inputs_of(table)):
                found.add(table.full_name)
    return found - {t.full_name for t in catalog.batch(Layer.BRONZE)}


def test_second_run_builds_nothing(lake: Lake) -> None:
    assert lake.run(DAY) == set()


def test_lake_without_records_is_built(lake: Lake) -> None:
    lake.files.delete("/lakehouse/builds")
    assert lake.run(DAY) == ALL
    assert lake.run(DAY) == set()


def test_record_of_another_form_is_no_record(lake: Lake) -> None:
    path = places.build_record(DIMENSION, "")
    for content in (b"", b"{", b"[]", b'{"build": "x"}'):
        lake.files.write(path, content)
        assert lake.built(DIMENSION, DAY)


def test_record_that_cannot_be_read_is_replaced(lake: Lake) -> None:
    path = places.build_record(SILVER, "")
    lake.files.unreadable.add(path)
    location = f"hdfs://namenode:8020{lake.paths[SILVER.full_name]}"
    # the day of the folder may be an earlier one, and a retry finds the record again
    with pytest.raises(RuntimeError, match="block"):
        shown_day(SILVER, location, lake.files)
    assert lake.built(SILVER, DAY)
    assert path not in lake.files.unreadable
    assert not lake.built(SILVER, DAY)


def test_full_run_builds_everything_and_makes_nothing_stale(lake: Lake) -> None:
    assert lake.run(DAY, full=True) == ALL
    assert lake.run(DAY) == set()


def test_models_and_tables_of_streams_keep_no_record(lake: Lake) -> None:
    built = [t for layer in (Layer.SILVER, Layer.GOLD) for t in catalog.LAYERS[layer]]
    assert {t.full_name for t in built if is_recorded(t)} == ALL
    assert not any(is_recorded(t) for t in built if t.builder)
    assert {lake.ledger.state(t, DAY) for t in built if not is_recorded(t)} == {None}


def test_unchanged_source_is_not_imported_again(lake: Lake) -> None:
    assert not lake.built(BRONZE, DAY)
    # a day has an import of its own
    assert lake.built(BRONZE, NEXT)
    assert not lake.built(BRONZE, NEXT)


def test_changed_source_is_imported(lake: Lake) -> None:
    source_changes(lake)
    assert lake.built(BRONZE, DAY)
    assert not lake.built(BRONZE, DAY)


def test_source_that_changes_during_an_import_leaves_it_unrecorded(lake: Lake) -> None:
    # and back afterwards: the import may have either rows
    build_while(lake, BRONZE, lambda table: source_changes(lake))
    lake.sources[BRONZE.full_name] = "rows 1"
    assert lake.built(BRONZE, DAY)


def build_while(lake: Lake, table: Table, work: Callable[[Table], None]) -> None:
    """Build a table; work is done by others before the build ends."""
    lake.during_build = work
    assert lake.built(table, DAY, full=True)
    lake.during_build = lambda table: None


def state(lake: Lake, table: Table, day: str = DAY) -> State:
    found = lake.ledger.state(table, day)
    assert found is not None
    return found


@pytest.mark.parametrize("layer", [Layer.SILVER, Layer.GOLD])
def test_inputs_are_read_tables_and_those_pointed_at(layer: Layer) -> None:
    for table in catalog.batch(layer):
        names = {each.full_name for each in inputs_of(table)}
        assert {table.sibling(each.table) for each in table.references} <= names
        assert {catalog.read_by(table, name).full_name for name in table.reads} <= names


def source_changes(lake: Lake) -> None:
    lake.sources[BRONZE.full_name] = "rows 2"


def import_is_changed_by_hand(lake: Lake) -> None:
    # the next import of a run would repair it, so silver is built alone
    lake.files.write(f"{places.import_folder(BRONZE, DAY)}/other.avro", b"rows")


def silver_file_is_replaced(lake: Lake) -> None:
    folder = lake.paths[SILVER.full_name]
    lake.files.write(f"{folder}/part.parquet", b"ROWS")


def silver_file_is_added(lake: Lake) -> None:
    lake.files.write(f"{lake.paths[SILVER.full_name]}/other.parquet", b"rows")


def silver_is_switched(lake: Lake) -> None:
    other = f"{places.folder(SILVER)}/{DAY}.other"
    lake.files.write(f"{other}/part.parquet", b"rows")
    lake.paths[SILVER.full_name] = other


def silver_is_dropped(lake: Lake) -> None:
    del lake.paths[SILVER.full_name]


@pytest.mark.parametrize(
    "change",
    [silver_file_is_replaced, silver_file_is_added, silver_is_switched, silver_is_dropped],
)
def test_silver_that_was_changed_by_hand_is_built_again(lake: Lake, change: Change) -> None:
    change(lake)
    assert lake.run(DAY) == {SILVER.full_name}
    assert lake.run(DAY) == set()


def test_gold_that_read_changed_files_of_silver_is_built_again(lake: Lake) -> None:
    silver_file_is_replaced(lake)
    assert lake.built(DIMENSION, DAY)
    assert lake.built(SILVER, DAY)
    assert lake.built(DIMENSION, DAY)
    assert not lake.built(DIMENSION, DAY)


def test_changed_rows_reach_every_reader(lake: Lake) -> None:
    source_changes(lake)
    lake.changes = {name: {**NO_CHANGES, "updated": 1} for name in ALL}
    assert lake.run(DAY) == readers(BRONZE)
    assert lake.run(DAY) == set()


def test_import_that_was_changed_by_hand_is_read_again(lake: Lake) -> None:
    import_is_changed_by_hand(lake)
    assert lake.built(SILVER, DAY)
    # there is no record while the input has none that is valid
    assert lake.built(SILVER, DAY)
    assert lake.built(BRONZE, DAY)


def test_import_of_equal_rows_changes_nothing(lake: Lake) -> None:
    assert lake.built(BRONZE, DAY, full=True)
    assert not lake.built(SILVER, DAY)


def gold_is_changed_by_hand(lake: Lake) -> None:
    lake.commit(DIMENSION)


def gold_is_restored(lake: Lake) -> None:
    # as of a snapshot of HDFS; RESTORE TABLE adds a version instead
    log = f"{places.folder(DIMENSION)}/_delta_log"
    lake.files.delete(max(path for path in lake.files.held if path.startswith(log)))


def gold_is_dropped(lake: Lake) -> None:
    del lake.paths[DIMENSION.full_name]


def gold_is_created_again(lake: Lake) -> None:
    folder = places.folder(DIMENSION)
    versions = [path for path in lake.files.held if path.startswith(f"{folder}/")]
    lake.files.delete(folder)
    for _ in versions:
        lake.commit(DIMENSION)


@pytest.mark.parametrize(
    "change",
    [gold_is_changed_by_hand, gold_is_restored, gold_is_dropped, gold_is_created_again],
)
def test_changed_gold_is_built_with_its_readers(lake: Lake, change: Change) -> None:
    change(lake)
    lake.changes[DIMENSION.full_name] = {**NO_CHANGES, "deleted": 1}
    built = lake.run(DAY)

    assert {DIMENSION.full_name, FACT.full_name} <= built <= readers(DIMENSION)


def test_table_that_was_dropped_without_its_files_is_built_once(lake: Lake) -> None:
    gold_is_dropped(lake)
    assert lake.built(DIMENSION, DAY)
    assert not lake.built(DIMENSION, DAY)


def test_build_that_changed_no_row_leaves_its_readers_alone(lake: Lake) -> None:
    source_changes(lake)
    silver = {name for name in readers(BRONZE) if name.startswith(Layer.SILVER)}
    reading = {
        table.full_name
        for table in catalog.batch(Layer.GOLD)
        if silver & {each.full_name for each in inputs_of(table)}
    }
    assert DIMENSION.full_name in reading
    assert reading < {name for name in readers(BRONZE) if name.startswith(Layer.GOLD)}
    lake.changes = dict.fromkeys(ALL, NO_CHANGES)
    assert lake.run(DAY) == silver | reading


def test_changed_code_builds_everything(lake: Lake) -> None:
    lake.code = "code 2"
    assert lake.run(DAY) == ALL


def test_changed_limit_of_rejected_rows_builds_silver(lake: Lake) -> None:
    lake.limit = 0.1
    assert lake.run(DAY) >= {t.full_name for t in catalog.batch(Layer.SILVER)}


@pytest.mark.parametrize("table", [SILVER, DIMENSION], ids=lambda table: table.full_name)
def test_changed_contract_has_another_signature(lake: Lake, table: Table) -> None:
    assert lake.ledger.signature(table, {}) != lake.ledger.signature(changed(table), {})


@pytest.mark.parametrize("table", [SILVER, DIMENSION], ids=lambda table: table.full_name)
def test_failed_build_is_repeated(lake: Lake, table: Table) -> None:
    lake.ledger.start(state(lake, table))
    assert lake.built(table, DAY)
    assert not lake.built(table, DAY)


def test_equal_rows_of_another_day_are_shown_as_of_that_day(lake: Lake) -> None:
    assert lake.run(NEXT) == set()
    for table in catalog.batch(Layer.SILVER):
        location = f"hdfs://namenode:8020{lake.paths[table.full_name]}"
        assert f"/{DAY}." in location
        assert shown_day(table, location, lake.files) == NEXT
    assert lake.run(NEXT) == set()
    assert lake.run(DAY) == set()


def test_day_of_the_folder_counts_without_a_record_of_it(lake: Lake) -> None:
    lake.run(NEXT)
    location = f"hdfs://namenode:8020{lake.paths[SILVER.full_name]}"
    other = f"hdfs://namenode:8020{places.folder(SILVER)}/2026-02-28.20260228T000000.abc"
    assert shown_day(SILVER, other, lake.files) == "2026-02-28"
    lake.ledger.start(state(lake, SILVER, NEXT))
    assert shown_day(SILVER, location, lake.files) == DAY


def test_gold_is_not_skipped_while_silver_shows_another_day(lake: Lake) -> None:
    assert lake.ledger.skip(state(lake, DIMENSION))
    assert lake.ledger.skip(state(lake, DIMENSION, NEXT)) is None


def test_rows_in_quarantine_keep_their_day(lake: Lake) -> None:
    lake.quarantined[SILVER.full_name] = 3
    source_changes(lake)
    lake.run(DAY)
    assert lake.run(DAY) == set()
    # its rows are the same, so those of gold are
    assert lake.run(NEXT) == {SILVER.full_name}


def test_quarantine_of_an_earlier_build_is_emptied(lake: Lake) -> None:
    lake.quarantined[SILVER.full_name] = 3
    source_changes(lake)
    lake.run(NEXT)
    lake.quarantined.clear()
    lake.sources[BRONZE.full_name] = "rows 3"
    lake.run(DAY)
    # rows of this day are still in quarantine, from its first build
    assert SILVER.full_name in lake.run(NEXT)


def test_changed_quarantine_is_written_again(lake: Lake) -> None:
    log = f"{places.quarantine_folder(SILVER)}/_delta_log"
    lake.files.write(f"{log}/{9:020}.json", b"{}")
    assert lake.run(DAY) == {SILVER.full_name}


def test_input_that_changes_during_a_build_leaves_it_unrecorded(lake: Lake) -> None:
    def import_again(table: Table) -> None:
        # the import is a build, too
        lake.during_build = lambda table: None
        lake.built(BRONZE, DAY, full=True)

    build_while(lake, SILVER, import_again)
    assert lake.built(SILVER, DAY)
    assert not lake.built(SILVER, DAY)


@pytest.mark.parametrize("changes", [NO_CHANGES, {**NO_CHANGES, "updated": 2}])
def test_commit_of_others_during_a_build_leaves_it_unrecorded(
    lake: Lake, changes: dict[str, int]
) -> None:
    lake.changes[DIMENSION.full_name] = changes
    build_while(lake, DIMENSION, lake.commit)
    assert lake.built(DIMENSION, DAY)
    assert not lake.built(DIMENSION, DAY)


def test_switch_by_others_during_a_build_leaves_it_unrecorded(lake: Lake) -> None:
    build_while(lake, SILVER, lambda table: silver_is_switched(lake))
    assert lake.built(SILVER, DAY)


def test_rows_that_differ_for_no_reason_reach_gold(lake: Lake) -> None:
    before = state(lake, SILVER)
    assert before.valid is not None
    report = {"rows": 7, "folder": lake.paths[SILVER.full_name]}
    lake.ledger.finish(before, report, differs=True)
    assert not lake.built(SILVER, DAY)
    assert lake.built(DIMENSION, DAY)


def test_staged_record_is_not_read(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for table in inputs_of(SILVER):
        lake.built(table, NEXT)
    before = lake.files.read(places.build_record(SILVER, ""))

    def crash(old: str, new: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(lake.files, "replace", crash)
    with pytest.raises(ConnectionError):
        lake.ledger.skip(state(lake, SILVER, NEXT))
    assert lake.files.read(places.build_record(SILVER, "")) == before


def test_ledger_of_the_platform_uses_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "code_version", lambda: "code")
    one = deciding.ledger().signature(SILVER, {})
    monkeypatch.setattr(deciding, "code_version", lambda: "other code")
    assert deciding.ledger().signature(SILVER, {}) != one
