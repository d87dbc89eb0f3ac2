"""Records of a topic as JSON objects: fields are read as the columns that declare them.

A field is accepted only if it is exactly of its column's type: no number is rounded, no text is
taken for a date of another form. Fields that no column declares are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts import model
from lakehouse.contracts.streams import (
    IMPOSSIBLE_VALUE,
    MISSING_FIELD,
    NOT_JSON,
    UNKNOWN_WORD,
    WRONG_TYPE,
)
from lakehouse.streams import parsing
from lakehouse.streams.parsing import LINE, Flaw

RECORD = "_record"
# line breaks and tabs may separate the fields of a record
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_WIDEST = "DECIMAL(38,18)"
_MORE_DIGITS = r"\.\d{19}"
# Python, which reads what Spark returns, has no other years
_YEARS = (1, 9999)
_FORMS = {
    "DATE": r"^\d{4}-\d{2}-\d{2}$",
    "TIMESTAMP": r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?$",
}
# JSON has two types without a text form that a text could not have, too
_KINDS = {"STRING": "STRING", "BOOLEAN": "BOOLEAN"}


def read(
    raw: DataFrame, columns: Sequence[model.Column], names: Mapping[str, str] | None = None
) -> DataFrame:
    """Kafka's rows with their identity, a typed column for each declared one, and the first flaw.

    Args:
        raw: rows of a topic: `key`, `value`, `topic`, `partition`, `offset`, `timestamp`.
        columns: columns to read; one that is not nullable is required.
        names: fields of columns whose field has another name, by name of the column.
    """
    fields = names or {}
    records = parsing.judged(_objects(parsing.lines(raw, _CONTROL)), [_not_json()])
    found = [(column, fields.get(column.name, column.name)) for column in columns]
    typed = records.select(
        "*", *[value(field, column.type).alias(column.name) for column, field in found]
    )
    flaws = [flaw for column, field in found for flaw in _flaws(column, field)]
    return parsing.judged(typed, flaws)


def text(field: str) -> Column:
    """The value of a field as text; null if it is absent or null."""
    return F.try_variant_get(RECORD, f"$['{field}']", "string")


def value(field: str, type_: str) -> Column:
    """The value of a field in a Spark SQL type; null if it is not exactly of that type."""
    found, kind = text(field), type_.split("(")[0]
    if kind in _KINDS:
        is_of_kind = F.schema_of_variant(_part(field)) == _KINDS[kind]
        return F.when(is_of_kind, found.try_cast(type_))
    if kind in _FORMS:
        moment = found.try_cast(type_)
        return F.when(found.rlike(_FORMS[kind]) & F.year(moment).between(*_YEARS), moment)
    typed = found.try_cast(type_)
    if kind == "DECIMAL":
        return F.when(_is_exact(typed, found), typed)
    # NaN is greater than any number
    return F.when(F.abs(typed) < float("inf"), typed) if kind == "DOUBLE" else typed


def unknown_word(column: str, words: Sequence[str]) -> Flaw:
    """The flaw of a text that is none of these words."""
    return Flaw(UNKNOWN_WORD, ~F.col(column).isin(*words), _shown(column))


def impossible(column: str, is_impossible: Column) -> Flaw:
    """The flaw of a value that a rule excludes."""
    return Flaw(IMPOSSIBLE_VALUE, is_impossible, _shown(column))


def _shown(column: str) -> Column:
    return parsing.named(column, F.coalesce(F.col(column).cast("string"), F.lit("null")))


def _is_exact(decimal: Column, found: Column) -> Column:
    """Condition under which a decimal has every digit of its text."""
    # the widest type rounds, too: digits beyond its scale, and powers of ten that are smaller
    is_near = decimal.cast("DOUBLE") == found.try_cast("DOUBLE")
    return (decimal == found.try_cast(_WIDEST)) & is_near & ~found.rlike(_MORE_DIGITS)


def _objects(lines: DataFrame) -> DataFrame:
    """Parse each line; null if it is not one JSON object and nothing else."""
    # the parser ignores what follows a value, so the line is made a part of something: of an array,
    # and of an object, as a line may end the array itself
    array = F.try_parse_json(F.concat(F.lit("["), LINE, F.lit("]")))
    inside = F.try_parse_json(F.concat(F.lit('{"":'), LINE, F.lit("}")))
    record = F.try_variant_get(array, "$[0]", "variant")
    is_one = F.try_variant_get(array, "$[1]", "variant").isNull()
    is_whole = ~F.col(LINE).contains("]") | inside.isNotNull()
    is_object = F.schema_of_variant(record).startswith("OBJECT")
    return lines.withColumn(
        RECORD, F.when(F.col(parsing.FLAW).isNull() & is_one & is_whole & is_object, record)
    )


def _not_json() -> Flaw:
    return Flaw(NOT_JSON, F.col(RECORD).isNull(), F.col(LINE))


def _flaws(column: model.Column, field: str) -> list[Flaw]:
    is_there = text(field).isNotNull()
    missing = Flaw(MISSING_FIELD, ~is_there, F.lit(field))
    is_wrong = is_there & F.col(column.name).isNull()
    wrong = Flaw(WRONG_TYPE, is_wrong, parsing.named(field, text(field)))
    return [wrong] if column.nullable else [missing, wrong]


def _part(field: str) -> Column:
    return F.try_variant_get(RECORD, f"$['{field}']", "variant")
