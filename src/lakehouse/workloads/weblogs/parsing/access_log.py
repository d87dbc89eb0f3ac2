"""Lines of a web server, by default in the common or combined log format.

    CLIENT - USER [DD/Mon/YYYY:HH:MM:SS +ZZZZ] "METHOD /path?query HTTP/x.y" STATUS BYTES
    … "REFERRER" "USER AGENT" …

Servers add to it: a virtual host and its port before, the addresses of proxies behind the
client's, further fields at the end. Other formats are declared (`contracts/log_formats.py`).
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts.log_notation import LogFormat, TimeForm
from lakehouse.contracts.log_patterns import JSON_REQUEST, PARTS
from lakehouse.contracts.streams import IMPOSSIBLE_VALUE, UNKNOWN_WORD
from lakehouse.streams import parsing
from lakehouse.streams.parsing import LINE, Accepted, Flaw, named, part
from lakehouse.workloads.weblogs.contracts.streams import METHODS, UNREADABLE

_HOST, _MOMENT, _METHOD, _REQUESTED, _PROTOCOL, _STATUS, _BYTES, _REFERRER, _AGENT = range(
    len(PARTS)
)
_REQUEST_PARTS = ("method", "target", "protocol")
_LOWEST_STATUS, _FIRST_ERROR, _HIGHEST_STATUS = 100, 400, 599
_NO_VALUE = "-"
_VALUES = "_values"

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
_GROUP = r"[0-9A-Fa-f]{1,4}"
# written in full, or with one gap of two colons that stands for at least one group
_IPV6 = (
    rf"(?:{_GROUP}:){{7}}{_GROUP}|(?:{_GROUP}:){{6}}{_IPV4}"
    rf"|(?!(?::{{0,2}}{_GROUP}\b){{8}})(?:{_GROUP}(?::{_GROUP})*)?::(?:(?:{_GROUP}:)*(?:{_GROUP}|{_IPV4}))?"
)
# its last label begins with a letter, so that a mistyped address is no host name
_HOST_NAME = r"(?:(?!-)[A-Za-z0-9_-]{1,63}\.)*+[A-Za-z][A-Za-z0-9_-]{0,62}"
# `unix:` is what nginx writes for a client of its socket
_CLIENT = rf"^(?:{_IPV4}|(?:{_IPV6})(?:%[A-Za-z0-9_.-]+)?|{_HOST_NAME}|unix:|{_NO_VALUE})$"

# `\xHH` of any character but a control character
_HEXADECIMAL = r"\\x([2-689A-Fa-f][0-9A-Fa-f]|7[0-9A-Ea-e])"
_UNDECODABLE = "\ufffd"

_PRODUCT_PAGE = "/product/"
# words that tell what a client is, in lower case; the first class with a word in it holds
_AGENT_WORDS = {
    "bot": ("bot", "crawl", "spider", "slurp"),
    "tool": ("curl/", "wget/", "python", "java/", "go-http", "httpclient", "okhttp", "postman"),
    "mobile": ("mobile", "android", "iphone", "ipad"),
    "browser": ("mozilla/", "opera/"),
}


def parsed(raw: DataFrame, accepted: Accepted) -> DataFrame:
    """Read each line of the raw topic: the contract's own columns, and its flaw if it has one."""
    form = accepted.access_log
    lines = parsing.lines(raw)
    if form.is_json:
        lines = lines.withColumn(_VALUES, F.from_json(LINE, "MAP<STRING, STRING>"))
    read = parsing.parts_of(lines, _joined(form), len(PARTS))
    plain = _as_it_is if form.is_json else _unescaped
    target = part(_REQUESTED)
    typed = read.select(
        "*",
        _moment(part(_MOMENT), form.time).alias("occurred_at"),
        part(_HOST).alias("ip_address"),
        F.when(part(_METHOD).isin(*METHODS), part(_METHOD))
        .when(part(_METHOD).isNotNull(), UNREADABLE)
        .alias("method"),
        _or_unreadable(target, plain(F.substring_index(target, "?", 1))).alias("path"),
        plain(F.nullif(_behind(target, "?"), F.lit(""))).alias("query"),
        _or_unreadable(part(_PROTOCOL), part(_PROTOCOL)).alias("protocol"),
        parsing.whole_number(part(_STATUS), "INT").alias("status_code"),
        F.concat(F.left(part(_STATUS), F.lit(1)), F.lit("xx")).alias("status_class"),
        parsing.whole_number(part(_BYTES), "BIGINT").alias("bytes_sent"),
        plain(_or_null(part(_REFERRER))).alias("referrer"),
        plain(_or_null(part(_AGENT))).alias("user_agent"),
    )
    told = typed.withColumns({"agent_class": _agent_class(), "product_id": _product_id()})
    return parsing.judged(told, _flaws(accepted))


def _flaws(accepted: Accepted) -> list[Flaw]:
    status, client, method = F.col("status_code"), F.col("ip_address"), part(_METHOD)
    outside = status.isNull() | ~status.between(_LOWEST_STATUS, _HIGHEST_STATUS)
    # with an error status it is the client's mistake, and no damage to the log
    unknown = (
        ~method.isin("", UNREADABLE) & (F.col("method") == UNREADABLE) & (status < _FIRST_ERROR)
    )
    no_count = F.col("bytes_sent").isNull() & ~part(_BYTES).isin("", _NO_VALUE)
    return [
        *parsing.flaws_of_time(part(_MOMENT), accepted.earliest),
        Flaw(IMPOSSIBLE_VALUE, ~client.rlike(_CLIENT), named("address", client)),
        Flaw(UNKNOWN_WORD, unknown, named("method", method)),
        Flaw(IMPOSSIBLE_VALUE, outside, named("status", part(_STATUS))),
        Flaw(IMPOSSIBLE_VALUE, no_count, named("bytes", part(_BYTES))),
    ]


def _joined(form: LogFormat) -> Column:
    """The parts of a line, joined; the line itself if it has another format."""
    if form.is_json:
        is_object = F.col(_VALUES).isNotNull()
        return F.when(is_object, parsing.joined(_of_json(form))).otherwise(F.col(LINE))
    return parsing.matched(form.pattern, [form.parts.get(name, "") for name in PARTS])


def _of_json(form: LogFormat) -> list[Column]:
    def value(name: str) -> Column:
        key = F.lit(form.parts.get(name))
        text = F.coalesce(F.try_element_at(_VALUES, key), F.lit(""))
        return F.regexp_replace(text, parsing.CONTROL, _UNDECODABLE)

    parts = {name: value(name) for name in PARTS}
    parts["client"] = F.substring_index(parts["client"], ",", 1)
    if "request" in form.parts:
        for number, name in enumerate(_REQUEST_PARTS, 1):
            parts[name] = F.regexp_replace(value("request"), JSON_REQUEST, f"${number}")
    return list(parts.values())


def _moment(text: Column, form: TimeForm) -> Column:
    if form.pattern:
        return F.try_to_timestamp(text, F.lit(form.pattern))
    return F.timestamp_seconds(text.try_cast("DECIMAL(20,6)") / form.divisor)


def _behind(text: Column, mark: str) -> Column:
    """What stands behind the first mark; null where there is none."""
    place = F.instr(text, mark)
    return F.when(place > 0, F.substr(text, place + 1))


def _as_it_is(text: Column) -> Column:
    return text


def _or_unreadable(text: Column, value: Column) -> Column:
    return F.when(text == "", UNREADABLE).otherwise(value)


def _or_null(text: Column) -> Column:
    return F.when(~text.isin("", _NO_VALUE), text)


def _unescaped(text: Column) -> Column:
    r"""A text without the escapes of the web server: `\"`, `\\`, and `\xHH` as UTF-8.

    Control characters stay escaped, as do bytes that are not UTF-8.
    """
    # as percent-encoding, which Spark decodes
    encoded = F.replace(F.replace(text, F.lit("%"), F.lit("%25")), F.lit("+"), F.lit("%2B"))
    encoded = F.replace(encoded, F.lit("\\\\"), F.lit("%5C"))
    encoded = F.replace(encoded, F.lit('\\"'), F.lit('"'))
    decoded = F.try_url_decode(F.regexp_replace(encoded, _HEXADECIMAL, "%$1"))
    safe = F.when(F.contains(decoded, F.lit(_UNDECODABLE)), F.url_decode(encoded))
    plain = F.when(F.contains(text, F.lit("\\")), F.coalesce(safe, decoded))
    return F.coalesce(plain, text)


def _agent_class() -> Column:
    agent = F.lower("user_agent")
    classes = [
        F.when(reduce(Column.__or__, [F.contains(agent, F.lit(word)) for word in words]), name)
        for name, words in _AGENT_WORDS.items()
    ]
    return F.coalesce(*classes, F.lit("unknown"))


def _product_id() -> Column:
    behind = F.substr(F.col("path"), F.lit(len(_PRODUCT_PAGE) + 1))
    name = F.nullif(F.substring_index(behind, "/", 1), F.lit(""))
    return F.when(F.startswith(F.col("path"), F.lit(_PRODUCT_PAGE)), name)
