"""Forms of text in published files and in copies that other tools wrote of them.

Spark and PostgreSQL both match these expressions, so they use only syntax that both have.
"""

from __future__ import annotations

# SQL clients, data frames, R and spreadsheets export a missing value as one of these.
NULL_MARKERS = (
    *("", '""', "''"),
    *("NULL", "null", "Null", "(null)", "<null>", r"\N"),
    *("NaN", "nan", "NAN", "NaT", "<NA>", "None", "none"),
    *("N/A", "n/a", "#N/A", "NA"),
)

# `translate` makes blanks of no-break spaces and removes zero-width characters.
UNUSUAL_BLANKS = "\u00a0\u2007\u202f\u3000\u200b\ufeff"
USUAL_BLANKS = "    "
TRIMMED = " \t\r\n"

NUMBER = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$"

# ISO 8601 and its variants. Other orders of day and month are ambiguous.
TIMESTAMP = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?"
    r"( ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?$"
)
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

# Five digits, or all eight with or without separators; a spreadsheet drops a leading zero.
ZIP_CODE = r"^([0-9]{1,2})[.]?([0-9]{3})([- ]?[0-9]{3})?$"
