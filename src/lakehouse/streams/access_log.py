"""Lines of a web server, in the common log format or the combined one.

    IP - USER [DD/Mon/YYYY:HH:MM:SS +ZZZZ] "METHOD /path?query HTTP/x.y" STATUS BYTES
    … "REFERRER" "USER AGENT"

A quotation mark inside quotes has a backslash before it. A further quoted field, as some servers
add one, is passed over.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts.streams import IMPOSSIBLE_VALUE, METHODS, UNKNOWN_WORD
from lakehouse.streams import parsing
from lakehouse.streams.parsing import Flaw, part

# possessive, so that no line makes the matcher try again and again
_QUOTED = r'[^"\\]*+(?:\\.[^"\\]*+)*+'
_TARGET = r'(?=[^" ])[^"\\ ]*+(?:\\[^ ][^"\\ ]*+)*+'
_TIME = r"\d{2}/[A-Za-z]{3}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}"
_FORM = (
    rf'^(\S+) \S+ \S+ \[({_TIME})\] "([^" ]+) ({_TARGET}) (HTTP/\d(?:\.\d)?)" (\S+) (\S+)'
    rf'(?: "({_QUOTED})" "({_QUOTED})"(?: "{_QUOTED}")?)?$'
)
_HOST, _MOMENT, _METHOD, _REQUESTED, _PROTOCOL, _STATUS, _BYTES, _REFERRER, _AGENT = range(9)
_MOMENT_FORM = "dd/MMM/yyyy:HH:mm:ss xx"
_LOWEST_STATUS, _HIGHEST_STATUS = 100, 599

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
_GROUP = r"[0-9A-Fa-f]{1,4}"
# written in full, or with one gap of two colons that stands for at least one group
_IPV6 = (
    rf"(?:{_GROUP}:){{7}}{_GROUP}|(?:{_GROUP}:){{6}}{_IPV4}"
    rf"|(?!(?::{{0,2}}{_GROUP}\b){{8}})(?:{_GROUP}(?::{_GROUP})*)?::(?:(?:{_GROUP}:)*(?:{_GROUP}|{_IPV4}))?"
)
_ADDRESS = rf"^(?:{_IPV4}|{_IPV6})$"

_PRODUCT_PAGE = "/product/"
# words that tell what a client is, in lower case; the first class with a word in it holds
_AGENT_WORDS = {
    "bot": ("bot", "crawl", "spider", "slurp"),
    "tool": ("curl/", "wget/", "python", "java/", "go-http", "httpclient", "okhttp", "postman"),
    "mobile": ("mobile", "android", "iphone", "ipad"),
    "browser": ("mozilla/", "opera/"),
}


def parsed(raw: DataFrame) -> DataFrame:
    """Read each line of the raw topic: the contract's own columns, and its flaw if it has one."""
    read = parsing.parts(parsing.lines(raw), _FORM, 9)
    typed = read.select(
        "*",
        F.try_to_timestamp(part(_MOMENT), F.lit(_MOMENT_FORM)).alias("occurred_at"),
        part(_HOST).alias("ip_address"),
        part(_METHOD).alias("method"),
        F.substring_index(part(_REQUESTED), "?", 1).alias("path"),
        F.nullif(_behind(part(_REQUESTED), "?"), F.lit("")).alias("query"),
        part(_PROTOCOL).alias("protocol"),
        parsing.whole_number(part(_STATUS), "INT").alias("status_code"),
        F.concat(F.left(part(_STATUS), F.lit(1)), F.lit("xx")).alias("status_class"),
        parsing.whole_number(part(_BYTES), "BIGINT").alias("bytes_sent"),
        _quoted(part(_REFERRER)).alias("referrer"),
        _quoted(part(_AGENT)).alias("user_agent"),
    )
    told = typed.withColumns({"agent_class": _agent_class(), "product_id": _product_id()})
    return parsing.judged(told, _flaws())


def _flaws() -> list[Flaw]:
    status, address = F.col("status_code"), F.col("ip_address")
    outside = status.isNull() | ~status.between(_LOWEST_STATUS, _HIGHEST_STATUS)
    no_count = F.col("bytes_sent").isNull() & (part(_BYTES) != "-")
    return [
        *parsing.flaws_of_time(part(_MOMENT)),
        Flaw(IMPOSSIBLE_VALUE, ~address.rlike(_ADDRESS), _named("address", address)),
        Flaw(UNKNOWN_WORD, ~F.col("method").isin(*METHODS), _named("method", F.col("method"))),
        Flaw(IMPOSSIBLE_VALUE, outside, _named("status", part(_STATUS))),
        Flaw(IMPOSSIBLE_VALUE, no_count, _named("bytes", part(_BYTES))),
    ]


def _named(name: str, found: Column) -> Column:
    return F.concat(F.lit(f"{name} "), found)


def _behind(text: Column, mark: str) -> Column:
    """What stands behind the first mark; null where there is none."""
    place = F.instr(text, mark)
    return F.when(place > 0, F.substr(text, place + 1))


def _quoted(text: Column) -> Column:
    """A quoted field without the backslashes that protect its marks; null where it says nothing."""
    plain = F.when(F.contains(text, F.lit("\\")), F.regexp_replace(text, r'\\(["\\])', "$1"))
    return F.when(~text.isin("", "-"), F.coalesce(plain, text))


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
