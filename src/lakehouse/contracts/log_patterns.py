"""Regular expressions of Java for the fields of an access log.

Repetitions of groups are possessive: Java matches them without recursion and without backtracking,
so that no line overflows the stack or takes quadratic time.
"""

from __future__ import annotations

# The parts of a line, in order. A part that a format does not have is an empty text.
PARTS = (
    *("client", "time", "method", "target", "protocol"),
    *("status", "bytes", "referrer", "agent"),
)

QUOTED = r'[^"\\]*+(?:\\.[^"\\]*+)*+'
# blanks belong to the target, unless the protocol follows
_TARGET = r'(?=[^" ])[^"\\ ]*+(?:(?:\\[^ ]| (?!HTTP/\d(?:\.\d)?"))[^"\\ ]*+)*+'
# a request that the server could not read has no method, target and protocol
REQUEST = rf'(?:([^" ]+) ({_TARGET}) (HTTP/\d(?:\.\d)?)(?=")|{QUOTED})'
# the same as the value of a JSON object, without escapes
JSON_REQUEST = r"(?s)^(?:(\S+) (\S.*) (HTTP/\d(?:\.\d)?)|.*)$"
CLF_TIME = r"\d{2}/[A-Za-z]{3}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}"
USER = r'(?:[^\s"]+|""|[^\["]*?)'
WORD = r'[^\s"]+'
# the first of a list, as X-Forwarded-For is one
ADDRESS = r'([^\s",]*)(?:, ?[^\s",]+)*+'
# a quoted text, or a word; servers behind nginx are a list of words
TEXT = rf'(?:(?<="){QUOTED}|(?<!")[^\s"]*(?:(?:,| :) [^\s"]+)*+)'

# a field after the agent; never a timestamp with its blank, so that a line that lost its line break
# does not hide the next one
_EXTRA = rf'(?:"{QUOTED}"|[^\s"\[]++|\[[^\]\s"]*+\])'
# common or combined, with what servers add; groups are `PARTS`
AUTO = (
    # a virtual host and its port hold one colon, an IPv6 address holds more
    r"^(?:[^\s:]+:\d+ )?"
    rf'([^\s,]+)(?:, ?[^\s,]+)*+ \S+ (?:\S+|[^\["]*?) \[({CLF_TIME})\] "{REQUEST}" (\S+) (\S+)'
    # syslog and others cut long lines, most often in the agent
    rf'(?: "({QUOTED})" "({QUOTED})(?:"(?: {_EXTRA})*+)?)?$'
)
