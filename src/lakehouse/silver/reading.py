"""From published text to typed columns, by the column's contract."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts import text as forms
from lakehouse.contracts.model import Column as ColumnContract
from lakehouse.contracts.model import Meaning, Table

# Technical columns that travel beside the contract's own until the row is judged.
UNREADABLE = "_unreadable"
SOURCE_ROW = "_source_row"

_ACCENTED = "áàâãäéèêëíìîïóòôõöúùûüçñ´`’"  # noqa: RUF001
_PLAIN = "aaaaaeeeeiiiiooooouuuucn'''"
_FORM_LENGTH = 40
# Decomposed letters (NFD, as macOS writes them) and their composed forms (NFC).
_COMPOSED = "áàâãäéèêëíìîïóòôõöúùûüçñ"
_LETTERS = [(unicodedata.normalize("NFD", c), c) for c in _COMPOSED + _COMPOSED.upper()]


def typed(bronze: DataFrame, contract: Table) -> DataFrame:
    """Read a table's columns from text.

    Args:
        bronze: one import of the source table, every column a string.
        contract: the silver table; its derived columns are left to the caller.

    Returns:
        the contract's read columns, `_unreadable` (names of columns that hold text which is not
        of their type) and `_source_row` (a struct of the row as imported).
    """
    read = [column for column in contract.columns if not column.derived]
    raw = F.struct(*[F.col(name) for name in bronze.columns if name != "ingest_date"])
    unreadable = [
        F.when(present(column.origin).isNotNull() & _value(column).isNull(), F.lit(column.name))
        for column in read
    ]
    return bronze.select(
        *[_value(column).alias(column.name) for column in read],
        F.array_compact(F.array(*unreadable)).alias(UNREADABLE),
        raw.alias(SOURCE_ROW),
    )


def city(text: Column) -> Column:
    """A city's name in lower case, without accents, doubled spaces or a state behind it."""
    # a decomposed letter is a plain one followed by a combining mark
    plain = F.regexp_replace(text, r"\p{M}", "")
    name = F.regexp_replace(F.lower(plain), r"\s*(/|\\|,|\s-\s).*$", "")
    without_accents = F.translate(name, _ACCENTED, _PLAIN)
    return F.nullif(F.regexp_replace(without_accents, r"\s+", " "), F.lit(""))


def present(column: str) -> Column:
    """The trimmed text of a source column; null for an empty value or a null marker."""
    plain = F.translate(F.col(column), forms.UNUSUAL_BLANKS, forms.USUAL_BLANKS)
    trimmed = F.btrim(plain, F.lit(forms.TRIMMED))
    return F.when(~trimmed.isin(*forms.NULL_MARKERS), trimmed)


def number(text: Column, type_: str) -> Column:
    """A finite number; null for any other text, NaN and Infinity included."""
    return _if_matches(text, forms.NUMBER).try_cast(type_)


def form(column: str) -> Column:
    """The form of a source column's text: 9 for each digit, a for each letter."""
    start = F.substring(F.col(column), 1, _FORM_LENGTH)
    return F.regexp_replace(F.regexp_replace(start, r"\p{N}", "9"), r"\p{L}", "a")


def _value(column: ColumnContract) -> Column:
    text = present(column.origin)
    if column.meaning is not Meaning.PLAIN:
        return _MEANINGS[column.meaning](text)
    return _TYPES.get(column.type, lambda t: number(t, column.type))(text)


def _if_matches(text: Column, pattern: str) -> Column:
    return F.when(text.rlike(pattern), text)


def _timestamp(text: Column) -> Column:
    valid = _if_matches(text, forms.TIMESTAMP)
    # Spark cannot cast an offset that follows minutes
    return F.regexp_replace(valid, r"^(.{16})(?!:)", "$1:00").try_cast("TIMESTAMP")


def _date(text: Column) -> Column:
    """The date as written, whatever the offset from UTC behind it."""
    valid = text.rlike(forms.DATE) | _timestamp(text).isNotNull()
    return F.when(valid, F.substring(text, 1, 10)).try_cast("DATE")


def _without_point(text: Column) -> Column:
    # copies that went through a data frame library write whole numbers as 40.0
    return F.regexp_replace(text, r"\.0+$", "")


def _whole(text: Column) -> Column:
    return _without_point(text).try_cast("INT")


def _zip_code_prefix(text: Column) -> Column:
    digits = _if_matches(_without_point(text), forms.ZIP_CODE)
    # copies that went through a spreadsheet lose the leading zero
    return F.lpad(F.regexp_replace(digits, forms.ZIP_CODE, "$1$2"), 5, "0")


def _composed(text: Column) -> Column:
    # one replacement inside another per letter would exceed the depth of a Spark Connect message
    letters = F.array(*[F.struct(F.lit(d).alias("d"), F.lit(c).alias("c")) for d, c in _LETTERS])
    replaced = F.aggregate(letters, text, lambda so_far, pair: F.replace(so_far, pair.d, pair.c))
    return F.when(text.rlike(r"\p{M}"), replaced).otherwise(text)


def _free_text(text: Column) -> Column:
    return F.regexp_replace(_composed(text), "\r\n?", "\n")


_TYPES: dict[str, Callable[[Column], Column]] = {
    "STRING": lambda text: text,
    "BOOLEAN": lambda text: text.try_cast("BOOLEAN"),
    "TIMESTAMP": _timestamp,
    "DATE": _date,
    "INT": _whole,
}
_MEANINGS: dict[Meaning, Callable[[Column], Column]] = {
    Meaning.CITY: city,
    Meaning.STATE: F.upper,
    Meaning.ZIP_CODE_PREFIX: _zip_code_prefix,
    Meaning.NAME: lambda text: F.regexp_replace(_composed(text), r"\s+", " "),
    Meaning.FREE_TEXT: _free_text,
}
