"""From published text to typed columns, by the column's contract."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts.model import Column as ColumnContract
from lakehouse.contracts.model import Meaning, Table

# Technical columns that travel beside the contract's own until the row is judged.
UNREADABLE = "_unreadable"
SOURCE_ROW = "_source_row"

_ACCENTED = "áàâãäéèêëíìîïóòôõöúùûüçñ´`’"  # noqa: RUF001
_PLAIN = "aaaaaeeeeiiiiooooouuuucn'''"
_MOMENT = "yyyy-MM-dd HH:mm:ss"
_DAY = "yyyy-MM-dd"


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
        F.when(_present(column).isNotNull() & _value(column).isNull(), F.lit(column.name))
        for column in read
    ]
    return bronze.select(
        *[_value(column).alias(column.name) for column in read],
        F.array_compact(F.array(*unreadable)).alias(UNREADABLE),
        raw.alias(SOURCE_ROW),
    )


def city(text: Column) -> Column:
    """A city's name in lower case, without accents, doubled spaces or a state behind it."""
    name = F.regexp_replace(F.lower(text), r"\s*(/|\\|,|\s-\s).*$", "")
    return _blank_to_null(F.regexp_replace(F.translate(name, _ACCENTED, _PLAIN), r"\s+", " "))


def _present(column: ColumnContract) -> Column:
    return _blank_to_null(F.col(column.origin))


def _value(column: ColumnContract) -> Column:
    text = _present(column)
    if column.meaning is not Meaning.PLAIN:
        return _MEANINGS[column.meaning](text)
    return _TYPES.get(column.type, lambda t: t.try_cast(column.type))(text)


def _blank_to_null(text: Column) -> Column:
    trimmed = F.btrim(text, F.lit(" \t\r\n"))
    return F.nullif(trimmed, F.lit(""))


def _moment(text: Column) -> Column:
    return F.try_to_timestamp(text, F.lit(_MOMENT))


def _day(text: Column) -> Column:
    return F.coalesce(_moment(text), F.try_to_timestamp(text, F.lit(_DAY))).cast("date")


def _without_point(text: Column) -> Column:
    # copies that went through a data frame library write whole numbers as 40.0
    return F.regexp_replace(text, r"\.0+$", "")


def _whole(text: Column) -> Column:
    return _without_point(text).try_cast("INT")


_TYPES: dict[str, Callable[[Column], Column]] = {
    "STRING": lambda text: text,
    "TIMESTAMP": _moment,
    "DATE": _day,
    "INT": _whole,
}
_MEANINGS: dict[Meaning, Callable[[Column], Column]] = {
    Meaning.CITY: city,
    Meaning.STATE: F.upper,
    # copies that went through a spreadsheet lose the leading zeros
    Meaning.ZIP_CODE_PREFIX: lambda text: F.lpad(_without_point(text), 5, "0"),
    Meaning.FREE_TEXT: lambda text: F.regexp_replace(text, "\r\n?", "\n"),
}
