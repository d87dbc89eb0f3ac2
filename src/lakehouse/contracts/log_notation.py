"""The notation in which Apache and nginx declare the format of an access log.

Apache's notation is read by the library `apachelogs`; a variable of nginx is passed to it as a
directive with a parameter. See docs/decisions/0044-formats-of-access-logs.md.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from string import Template
from typing import Any

from lakehouse.contracts import log_patterns as patterns


class LogFormatError(ValueError):
    """A format that cannot be read; the message says why."""


@dataclass(frozen=True)
class TimeForm:
    """The form of a timestamp.

    Attributes:
        pattern: Java's pattern; empty for a number of seconds since 1970.
        divisor: units of that number in a second.
    """

    pattern: str
    divisor: int = 1


CLF_TIME = TimeForm("dd/MMM/yyyy:HH:mm:ss xx")


@dataclass(frozen=True)
class LogFormat:
    """A format of access logs, ready for Spark.

    Attributes:
        pattern: regular expression of a whole line; empty for lines of JSON.
        parts: for a part of `PARTS` what the match is replaced by, as `$3`; for lines of JSON the
            key of the object, that of `request` for method, target and protocol together.
        time: form of the timestamp.
    """

    pattern: str
    parts: dict[str, str]
    time: TimeForm = CLF_TIME

    @property
    def is_json(self) -> bool:
        """True if a line is a JSON object."""
        return not self.pattern


@dataclass(frozen=True)
class _Field:
    """A field of a line: its regular expression, and the parts that it or its groups hold."""

    pattern: str
    part: str = ""
    inner: tuple[str, ...] = ()
    time: TimeForm = CLF_TIME


_IGNORED = _Field(patterns.TEXT)
_CLIENT = _Field(patterns.ADDRESS, inner=("client",))
_REQUEST = _Field(patterns.REQUEST, inner=("method", "target", "protocol"))
_METHOD, _PROTOCOL = _Field(patterns.WORD, "method"), _Field(patterns.WORD, "protocol")
_STATUS, _BYTES = _Field(patterns.WORD, "status"), _Field(patterns.WORD, "bytes")
_REFERRER, _AGENT = _Field(patterns.TEXT, "referrer"), _Field(patterns.TEXT, "agent")
_CLF = _Field(patterns.CLF_TIME, "time")
_NUMBER = r"\d+(?:\.\d+)?"

_DIRECTIVES = {
    **dict.fromkeys((*"ADfIklLpPRSTvVX", "^FB"), _IGNORED),
    **{"a": _CLIENT, "h": _CLIENT, "r": _REQUEST, "u": _Field(patterns.USER), "s": _STATUS},
    **{"b": _BYTES, "B": _BYTES, "O": _BYTES, "m": _METHOD, "H": _PROTOCOL},
    **{"U": _Field(r'[^\s"?]+', "path"), "q": _Field(r'(?:\?[^\s"]*)?', "query")},
    "t": _Field(rf"\[({patterns.CLF_TIME})\]", inner=("time",)),
}
_HEADERS = {
    **{"referer": _REFERRER, "user-agent": _AGENT, "c": _CLIENT},
    **dict.fromkeys(("x-forwarded-for", "x-real-ip", "cf-connecting-ip"), _CLIENT),
}
_TIMES = {
    "sec": _Field(_NUMBER, "time", time=TimeForm("")),
    "msec": _Field(_NUMBER, "time", time=TimeForm("", 1_000)),
    "usec": _Field(_NUMBER, "time", time=TimeForm("", 1_000_000)),
    "%d/%b/%Y:%H:%M:%S %z": _CLF,
}
# what strftime writes, as Java names it
_STRFTIME = {
    **{"d": "dd", "b": "MMM", "m": "MM", "Y": "yyyy", "H": "HH", "M": "mm", "S": "ss"},
    **{"z": "xx", "T": "HH:mm:ss", "F": "yyyy-MM-dd"},
}
_VARIABLES = {
    **dict.fromkeys(("remote_addr", "realip_remote_addr", "proxy_protocol_addr"), _CLIENT),
    **dict.fromkeys(("http_x_forwarded_for", "proxy_add_x_forwarded_for"), _CLIENT),
    **dict.fromkeys(("http_x_real_ip", "http_cf_connecting_ip"), _CLIENT),
    **{"remote_user": _Field(patterns.USER), "request": _REQUEST, "request_method": _METHOD},
    **dict.fromkeys(("request_uri", "uri"), _Field(patterns.WORD, "target")),
    **{"server_protocol": _PROTOCOL, "status": _STATUS},
    **{"body_bytes_sent": _BYTES, "bytes_sent": _BYTES},
    **{"http_referer": _REFERRER, "http_user_agent": _AGENT, "time_local": _CLF},
    "time_iso8601": _Field(patterns.WORD, "time", time=TimeForm("yyyy-MM-dd'T'HH:mm:ssxxx")),
    "msec": _TIMES["sec"],
}
_VARIABLE = "^vn"
_WITH_HEADER = ("a", "C", "e", "h", "i", "L", "n", "o", "p", "P", "T", "c", "x", "^ti", "^to")
# groups as the library takes them: (name, directive, conversion) of each, and the expression
_Groups = tuple[list[tuple[str, str, None]], str]


class _Reading:
    """One format while the library reads it: its fields by the names of their groups."""

    def __init__(self) -> None:
        self._fields = dict(_DIRECTIVES)

    def tables(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Directives that stand alone, and those with a parameter."""
        from apachelogs.util import FieldType

        alone = {
            name: (name, FieldType(field.pattern, None)) for name, field in _DIRECTIVES.items()
        }
        return {**alone, "%": (None, FieldType("%", None))}, {
            **dict.fromkeys(_WITH_HEADER, self._header),
            **{"t": self._time, _VARIABLE: self._variable},
        }

    def format(self, notation: str, names: list[str], pattern: str) -> LogFormat:
        """The format of groups with these names; of fields for the same part the first one."""
        parts: dict[str, str] = {}
        time, group = CLF_TIME, 0
        for name in names:
            # `%>s` is named final_s, `%<s` original_s
            field = self._fields[re.sub("^(final|original)_", "", name)]
            for part in (field.part, *field.inner):
                group += 1
                if part == "time" and part not in parts:
                    time = field.time
                parts.setdefault(part, f"${group}")
        if "path" in parts:
            parts.setdefault("target", parts["path"] + parts.get("query", ""))
        _check(notation, parts)
        used = {part: parts[part] for part in patterns.PARTS if part in parts}
        return LogFormat(f"^{pattern}$", used, time)

    def _header(self, name: str) -> _Groups:
        return self._group(name, _HEADERS.get(name.lower(), _IGNORED))

    def _variable(self, name: str) -> _Groups:
        return self._group(name, _VARIABLES.get(name, _IGNORED))

    def _time(self, name: str) -> _Groups:
        known = _TIMES.get(re.sub("^(begin|end):", "", name))
        return self._group(name, known or _Field(r'[^"\]]+?', "time", time=_java_time(name)))

    def _group(self, name: str, field: _Field) -> _Groups:
        key = f"{{{name}}}"
        self._fields[key] = field
        return [(key, key, None)], f"({field.pattern})"


def apache(notation: str) -> LogFormat:
    """A format in the notation of Apache's LogFormat.

    Raises:
        LogFormatError: it cannot be read, or lacks what an event needs.
    """
    from apachelogs import InvalidDirectiveError, UnknownDirectiveError
    from apachelogs.directives import format2regex

    reading = _Reading()
    try:
        # in a configuration file, a quotation mark has a backslash before it
        groups, pattern = format2regex(notation.replace('\\"', '"'), *reading.tables())
    except (InvalidDirectiveError, UnknownDirectiveError) as error:
        raise LogFormatError(f"the format '{notation}' cannot be read: {error}") from None
    return reading.format(notation, [name for name, _, _ in groups], pattern)


def nginx(notation: str) -> LogFormat:
    """A format in the notation of nginx's log_format.

    Raises:
        LogFormatError: it cannot be read, or lacks what an event needs.
    """
    variables = Template(notation.replace("%", "%%"))
    if not variables.is_valid():
        raise LogFormatError(f"the format '{notation}' holds a $ without the name of a variable")
    names = variables.get_identifiers()
    return apache(variables.substitute({name: f"%{{{name}}}{_VARIABLE}" for name in names}))


def nginx_json(notation: str) -> LogFormat:
    """A format of nginx whose lines are JSON objects (`escape=json`).

    Raises:
        LogFormatError: it is no JSON object, or lacks what an event needs.
    """
    # numbers stand there without quotation marks
    quoted = re.sub(r"(?<=[:\s])(\$\w+|\$\{\w+\})(?=[,\s}])", r'"\1"', notation)
    try:
        values: dict[str, Any] = json.loads(quoted)
    except ValueError as error:
        raise LogFormatError(f"the format '{notation}' is no JSON object: {error}") from None
    parts: dict[str, str] = {}
    time = CLF_TIME
    for key, value in values.items():
        field = _VARIABLES.get(str(value).strip("${}"), _IGNORED)
        part = "request" if field is _REQUEST else field.part or "".join(field.inner)
        if part == "time" and part not in parts:
            time = field.time
        parts.setdefault(part, key)
    _check(notation, parts)
    return LogFormat("", {part: key for part, key in parts.items() if part}, time)


def _java_time(strftime: str) -> TimeForm:
    pieces = re.split("%(.)", strftime)
    unknown = [piece for piece in pieces[1::2] if piece not in _STRFTIME]
    if unknown or len(pieces) == 1:
        raise LogFormatError(
            f"the time '{strftime}' cannot be read: use "
            f"{', '.join('%' + letter for letter in _STRFTIME)}, or sec, msec, usec"
        )
    named = [_STRFTIME[piece] if n % 2 else _quoted(piece) for n, piece in enumerate(pieces)]
    return TimeForm("".join(named))


def _quoted(literal: str) -> str:
    return re.sub("[A-Za-z]+", r"'\g<0>'", literal)


def _check(notation: str, parts: dict[str, str]) -> None:
    needed = {"client": "client address", "time": "time", "status": "status"}
    lacking = [name for part, name in needed.items() if part not in parts]
    if not {"request", "target"} & set(parts):
        lacking.append("request")
    if lacking:
        raise LogFormatError(
            f"the format '{notation}' has no {', no '.join(lacking)}: no event can be made of its "
            "lines; add it in the web server's configuration"
        )
