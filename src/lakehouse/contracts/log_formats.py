"""Formats of access logs: presets, and any format in the notation of Apache or nginx.

A format is compiled to one regular expression of Java, or to the keys of a JSON object, so that
Spark parses lines by native expressions.
"""

from __future__ import annotations

import functools

from lakehouse.contracts import log_notation, log_patterns
from lakehouse.contracts.log_notation import LogFormat, LogFormatError
from lakehouse.contracts.log_patterns import PARTS

AUTO = "auto"
AUTO_FORMAT = LogFormat(log_patterns.AUTO, {part: f"${n}" for n, part in enumerate(PARTS, 1)})
PRESETS: dict[str, str] = {
    "common": '%h %l %u %t "%r" %>s %b',
    "combined": '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
    "vhost_combined": '%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"',
    "forwarded_combined": (
        '%{X-Forwarded-For}i %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'
    ),
    "nginx": (
        '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
        '"$http_referer" "$http_user_agent"'
    ),
    "nginx_timed": (
        '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
        '"$http_referer" "$http_user_agent" $request_time'
    ),
    "nginx_json": (
        '{"time_iso8601":"$time_iso8601","remote_addr":"$remote_addr","request":"$request",'
        '"status":"$status","body_bytes_sent":"$body_bytes_sent",'
        '"http_referer":"$http_referer","http_user_agent":"$http_user_agent"}'
    ),
}


@functools.cache
def log_format(text: str) -> LogFormat:
    """The format that a setting names or declares.

    Args:
        text: `auto`, the name of a preset, or a format in the notation of Apache (`LogFormat`)
            or nginx (`log_format`, also as a JSON object).

    Raises:
        LogFormatError: it is none of them, or lacks what an event needs.
    """
    if text == AUTO:
        return AUTO_FORMAT
    notation = PRESETS.get(text, text)
    if "$" in notation:
        is_json = notation.lstrip().startswith("{")
        return log_notation.nginx_json(notation) if is_json else log_notation.nginx(notation)
    if "%" in notation:
        return log_notation.apache(notation)
    raise LogFormatError(
        f"'{text}' is no format of access logs: name one of {', '.join((AUTO, *PRESETS))}, or copy "
        "the format from the web server's configuration (LogFormat of Apache, log_format of nginx)"
    )
