"""The balance of a stream's hops as sets of identities: every kind of difference is named."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest

from lakehouse.contracts.counts import Counts
from lakehouse.serving.ledger import (
    CLEAN,
    DEAD_LETTER,
    EXAMPLES,
    RAW,
    Hop,
    Ledger,
    Stage,
    StreamLine,
    balance,
    window_balance,
)
from lakehouse.serving.stages import stages
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM
from unit.sinks.tables import SALES

STAGES = stages(CLICKSTREAM)
CASSANDRA, SILVER, GOLD = (stage.after for stage in STAGES)
ALL = (RAW, CLEAN, CASSANDRA, SILVER, GOLD)


def event(number: int) -> bytes:
    return hashlib.md5(str(number).encode()).digest()


def ledger(clean: int = 10, aside: int = 2) -> Ledger:
    """A ledger that balances; each clean event is a purchase of 1.50."""
    made = Ledger()
    for number in range(clean):
        made.add(RAW, event(number))
        for hop in ALL[1:]:
            made.add(hop, event(number), Decimal("1.50"))
    for number in range(clean, clean + aside):
        made.add(RAW, event(number))
        made.add(DEAD_LETTER, event(number), reason="too_long")
    return made


WRITTEN = Counts(12, 1200, {"too_long": 2}, 0, 10, Decimal("15.00"))


def differences(of: Ledger, written: Counts | None = WRITTEN) -> list[StreamLine]:
    return [line for line in balance("clickstream", of, STAGES, written) if not line.balanced]


def told(lines: list[StreamLine]) -> list[tuple[str, str, object, object]]:
    return [(line.hop, line.subject, line.expected, line.found) for line in lines]


def test_all_balances() -> None:
    lines = list(balance("clickstream", ledger(), STAGES, WRITTEN))

    assert all(line.balanced for line in lines)
    assert [(line.hop, line.subject) for line in lines] == [
        ("log → raw", "lines"),
        ("raw → clean + dead-letter", "events"),
        ("log → dead-letter", "too_long"),
        ("log → clean", "amounts"),
        ("clean → Cassandra", "events"),
        ("clean → silver", "events"),
        ("silver → gold", "events"),
        ("in Cassandra", "rows"),
        ("in gold", "rows"),
        ("clean → Cassandra", "amounts"),
        ("clean → silver", "amounts"),
        ("silver → gold", "amounts"),
    ]


@pytest.mark.parametrize(("lines", "raw"), [(13, 12), (11, 12)])
def test_log_and_raw_topic_differ(lines: int, raw: int) -> None:
    written = Counts(lines, 0, {"too_long": 2}, 0, 10, Decimal("15.00"))

    assert told(differences(ledger(), written)) == [("log → raw", "lines", lines, raw)]


def test_lines_that_were_neither_cleaned_nor_set_aside() -> None:
    of = ledger()
    of.add(RAW, event(99))

    (lost,) = differences(of, None)
    assert (lost.hop, lost.expected, lost.found) == ("raw → clean + dead-letter", 13, 12)
    assert lost.examples == (event(99).hex(),)
    assert "logs streaming" in lost.remedy


@pytest.mark.parametrize(
    ("hop", "way", "remedy"),
    [
        (CASSANDRA, "clean → Cassandra", "Ecom_clickstream"),
        (SILVER, "clean → silver", "ToSilverState"),
        (GOLD, "silver → gold", "./lakehouse run Log_from_Silver_to_Gold_with_Hive"),
    ],
)
def test_a_hop_that_lost_events(hop: Hop, way: str, remedy: str) -> None:
    of = ledger(clean=20)
    of.forget(hop)
    of.add(hop, event(0), Decimal("1.50"))
    expected = 20

    lines = [line for line in differences(of, None) if line.hop == way]

    assert told(lines) == [
        (way, "events", expected, 1),
        (way, "amounts", Decimal("30.00"), Decimal("1.50")),
    ]
    assert len(lines[0].examples) == EXAMPLES
    assert remedy in lines[0].remedy


def test_events_that_nobody_sent() -> None:
    of = ledger()
    of.add(GOLD, event(77))

    (strange,) = differences(of)
    assert (strange.hop, strange.subject, strange.found) == ("silver → gold", "unknown before", 1)
    assert strange.examples == (event(77).hex(),)


def test_a_line_that_was_mended_counts_as_clean() -> None:
    of = ledger()
    for hop in ALL[1:]:
        of.add(hop, event(10), Decimal("0.00"))

    assert differences(of) == []


def test_another_reason_than_the_writer_meant() -> None:
    written = Counts(12, 0, {"too_long": 1, "too_early": 1}, 0, 10, Decimal("15.00"))

    assert told(differences(ledger(), written)) == [
        ("log → dead-letter", "too_early", 1, 0),
        ("log → dead-letter", "too_long", 1, 2),
    ]


def test_an_amount_that_changed_on_the_way() -> None:
    of = ledger()
    of.forget(CASSANDRA)
    for number in range(10):
        of.add(CASSANDRA, event(number), Decimal("1.49"))

    assert told(differences(of)) == [
        ("clean → Cassandra", "amounts", Decimal("15.00"), Decimal("14.90"))
    ]


def test_what_a_killed_writer_left_is_only_counted() -> None:
    written = Counts(12, 0, {}, 0, 3, Decimal("4.50"), recovered=9)

    assert differences(ledger(), written) == []


def test_doubles_are_told_and_do_no_harm() -> None:
    of = ledger()
    for _ in range(3):
        of.add(CLEAN, event(1), Decimal("1.50"))
        of.add(DEAD_LETTER, event(11), reason="too_long")

    assert differences(of) == []
    assert (of.doubles(CLEAN), of.doubles(DEAD_LETTER), of.doubles(RAW)) == (3, 3, 0)


@pytest.mark.parametrize("hop", [CASSANDRA, GOLD])
def test_an_event_with_two_rows_in_an_end_table(hop: Hop) -> None:
    of = ledger()
    of.add(hop, event(1), Decimal("1.50"))

    assert told(differences(of)) == [(f"in {hop.title}", "rows", 10, 11)]


def test_fingerprints_tell_sets_apart() -> None:
    one, same, other = Ledger(), Ledger(), Ledger()
    for number in range(100):
        one.add(CLEAN, event(number))
        same.add(SILVER, event(99 - number))
        same.add(SILVER, event(99 - number))
        other.add(SILVER, event(number + 1))

    assert one.fingerprint(CLEAN) == same.fingerprint(SILVER)
    assert one.fingerprint(CLEAN) != other.fingerprint(SILVER)
    assert other.fingerprint(SILVER).events == 100


def test_a_hop_that_matches_another_has_its_events() -> None:
    of = ledger()
    of.forget(GOLD)
    of.add_all(GOLD, SILVER, 10, Decimal("15.00"))

    assert differences(of) == []


def test_stages_are_the_declared_sinks() -> None:
    def ways(found: tuple[Stage, ...]) -> list[tuple[str, str, bool]]:
        return [(one.before.title, one.after.title, one.after.is_once) for one in found]

    assert ways(STAGES) == [
        ("clean", "Cassandra", True),
        ("clean", "silver", False),
        ("silver", "gold", True),
    ]
    assert ways(stages(SALES)) == [("clean", "PostgreSQL", True), ("clean", "Kafka", False)]
    hops = [RAW, CLEAN, DEAD_LETTER, *(one.after for one in STAGES)]
    assert [hop.bit for hop in hops] == [1, 2, 4, 8, 16, 32]


def test_keys_of_a_window_that_a_table_lacks() -> None:
    topic, table = Hop(1, "daily"), Hop(2, "PostgreSQL", remedy="see the log")
    of = Ledger()
    for key in (b"monday", b"tuesday"):
        of.add(topic, key)
        of.add(table, key)
    # the topic let go of a day that the table keeps
    of.add(table, b"sunday")
    assert window_balance("sales", of, topic, table).balanced

    of.add(topic, b"wednesday")
    line = window_balance("sales", of, topic, table)
    assert (line.hop, line.subject) == ("daily → PostgreSQL", "keys")
    assert (line.expected, line.found, line.examples) == (3, 2, ("wednesday",))
    assert line.remedy == "see the log"
