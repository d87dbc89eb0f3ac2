"""Declared formats of access logs: each reads the lines that its server writes."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from pydantic import ValidationError
from pyspark.sql import SparkSession

from lakehouse.contracts.log_formats import PRESETS, log_format
from lakehouse.contracts.log_notation import LogFormatError
from lakehouse.contracts.log_patterns import PARTS
from lakehouse.platform.settings import Settings
from lakehouse.streams import events
from lakehouse.streams.parsing import Accepted
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG
from unit.streams import lines

CLF = "01/May/2026:10:20:30 +0000"
REQUEST = '"GET /a?b HTTP/1.1" 200 512'
AGENT = '"https://shop.example/" "x \\"y\\""'
FULL = {
    **{"client": "203.0.113.7", "time": CLF, "method": "GET", "target": "/a?b"},
    **{"protocol": "HTTP/1.1", "status": "200", "bytes": "512"},
    **{"referrer": "https://shop.example/", "agent": 'x \\"y\\"'},
}
COMMON = {**FULL, "referrer": "", "agent": ""}
UNREADABLE = {**FULL, "method": "", "target": "", "protocol": "", "status": "408"}
WITHOUT_NAME = f"203.0.113.7 - - [{CLF}] "
# format, line, parts
LINES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("common", f"{WITHOUT_NAME}{REQUEST}", COMMON),
    ("combined", f"{WITHOUT_NAME}{REQUEST} {AGENT}", FULL),
    ("combined", f'203.0.113.7 - "" [{CLF}] {REQUEST} {AGENT}', FULL),
    ("combined", f"203.0.113.7 - Ana Souza [{CLF}] {REQUEST} {AGENT}", FULL),
    ("combined", f'{WITHOUT_NAME}"-" 408 512 {AGENT}', UNREADABLE),
    ("vhost_combined", f"shop.example:443 {WITHOUT_NAME}{REQUEST} {AGENT}", FULL),
    ("forwarded_combined", f"203.0.113.7, 10.0.0.4 - - [{CLF}] {REQUEST} {AGENT}", FULL),
    ("nginx", f"{WITHOUT_NAME}{REQUEST} {AGENT}", FULL),
    ("nginx", f'{WITHOUT_NAME}"\\x16\\x03" 408 512 {AGENT}', UNREADABLE),
    ("nginx_timed", f"{WITHOUT_NAME}{REQUEST} {AGENT} 0.004", FULL),
    ("nginx_timed", f"{WITHOUT_NAME}{REQUEST} {AGENT} 0.004, 0.003", FULL),
    (
        '"%{X-Forwarded-For}i" %h %t %D \\"%m %U%q %H\\" %>s %O',
        f'"203.0.113.7, 10.0.0.4" 10.0.0.1 [{CLF}] 1200 {REQUEST}',
        COMMON,
    ),
    (
        '%a %{%d/%b/%Y:%H:%M:%S %z}t %<s %!200{Foo}i %b "%r"',
        f'203.0.113.7 {CLF} 200 - 512 "GET /a?b HTTP/1.1"',
        COMMON,
    ),
    (
        '${remote_addr}|$msec|$request_time|$status|"$request_method $request_uri"|$bytes_sent',
        '203.0.113.7|1777630830.123|0.1|200|"GET /a?b"|512',
        {**COMMON, "time": "1777630830.123", "protocol": ""},
    ),
)
JSON_LINE = {
    **{"time_iso8601": "2026-05-01T10:20:30+02:00", "remote_addr": "203.0.113.7"},
    **{"request": "GET /a\\b?c HTTP/1.1", "status": "200", "body_bytes_sent": "512"},
    **{"http_referer": "", "http_user_agent": 'a "b" \u0007', "more": {"request_time": 0.004}},
}


@pytest.mark.parametrize(("text", "line", "parts"), LINES)
def test_declared_format_reads_its_lines(
    spark: SparkSession, text: str, line: str, parts: dict[str, str]
) -> None:
    """Matched by Java itself, as Spark does."""
    found = log_format(text)
    assert spark._jvm is not None
    pattern = spark._jvm.java.util.regex.Pattern.compile(found.pattern)
    replacement = "\x01".join(found.parts.get(part, "") for part in PARTS)

    assert pattern.matcher(line).matches()
    read = str(pattern.matcher(line).replaceAll(replacement)).split("\x01")
    assert dict(zip(PARTS, read, strict=True)) == parts


@pytest.mark.parametrize("name", sorted(set(PRESETS) - {"nginx_json"}))
def test_preset_refuses_the_line_of_another_format(spark: SparkSession, name: str) -> None:
    assert spark._jvm is not None
    pattern = spark._jvm.java.util.regex.Pattern.compile(log_format(name).pattern)
    longest = f"a:1 {WITHOUT_NAME}{REQUEST} {AGENT} 1 2"

    assert not pattern.matcher(longest).matches()
    # no quadratic time, no overflow of the stack
    assert not pattern.matcher("1, " * 5_000 + '"\\"' * 1_000 + " [" * 1_000).matches()


def read(spark: SparkSession, text: str, *found: str) -> list[dict[str, Any]]:
    raw = lines.raw(spark, [{"line": line} for line in found], ACCESS_LOG.raw.name)
    accepted = Accepted(log_format(text), dt.date(2026, 1, 1))
    rows = events.messages(raw, ACCESS_LOG, lines.known(spark), accepted).collect()
    return [json.loads(row.value) for row in rows]


def test_lines_of_json(spark: SparkSession) -> None:
    unreadable = JSON_LINE | {"request": "\u0016\u0003", "status": 400, "remote_addr": "::1, ::2"}
    old = JSON_LINE | {"time_iso8601": "2025-12-31T23:59:59+00:00"}
    good, bad, early, other = read(
        spark, "nginx_json", *map(json.dumps, (JSON_LINE, unreadable, old)), "no JSON"
    )

    assert {"occurred_at", "ip_address"} <= set(good)
    assert (good["occurred_at"], good["status_code"]) == ("2026-05-01T08:20:30.000000Z", 200)
    assert (good["path"], good["query"], good["user_agent"]) == ("/a\\b", "c", 'a "b" \ufffd')
    assert "referrer" not in good
    assert (bad["ip_address"], bad["method"], bad["path"]) == ("::1", "-", "-")
    assert bad["status_class"] == "4xx"
    assert (early["reason"], other["reason"]) == ("too_early", "wrong_format")


def test_seconds_since_1970(spark: SparkSession) -> None:
    (event,) = read(spark, '%h %{msec}t "%r" %>s %b', '::1 1777630830123 "GET / HTTP/2" 200 -')

    assert event["occurred_at"] == "2026-05-01T10:20:30.123000Z"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("combind", "name one of auto, common"),
        ("%h %Q", "Unknown log format directive: '%Q'"),
        ("%h %t %>s", "has no request"),
        ("$remote_addr $request $status", "has no time"),
        ("$remote_addr $", "holds a \\$ without the name"),
        ('{"a": $status,}', "is no JSON object"),
        ('%h %{%q}t "%r" %>s', "the time '%q' cannot be read"),
    ],
)
def test_format_that_cannot_be_read_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(LogFormatError, match=reason):
        log_format(text)


def test_settings_refuse_an_unreadable_format_and_a_day_before_the_calendar() -> None:
    with pytest.raises(ValidationError, match="is no format of access logs"):
        Settings(access_log_format="combind")
    with pytest.raises(ValidationError, match="1994-01-01"):
        Settings(earliest_event=dt.date(1993, 12, 31))
