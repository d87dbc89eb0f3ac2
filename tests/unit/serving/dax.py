"""A reference evaluator for the part of DAX that the measures use, on rows of one table.

Source: the DAX function reference. BLANK is None; a sum, an average or a count over nothing is
BLANK, a division by zero or by BLANK is BLANK, and BLANK counts as zero in additions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pbi_parsers.dax as dax
from pbi_parsers.dax import exprs

Row = Mapping[str, Any]
Number = Decimal | None


@dataclass(frozen=True)
class Model:
    """Rows, measures and parameters that an expression is evaluated on.

    Attributes:
        table: the only table that may be named.
        rows: its rows, after the filters of enclosing CALCULATEs.
        measures: DAX by the name of the measure.
        values: numbers by the name of a "value" measure of a parameter.
    """

    table: str
    rows: tuple[Row, ...]
    measures: Mapping[str, str]
    values: Mapping[str, Decimal]


def evaluate(text: str, model: Model) -> Number:
    """Return the value of a DAX expression.

    Raises:
        NotImplementedError: it uses a part of DAX that no measure used so far.
    """
    return _value(dax.to_ast(text), model)


def _value(node: Any, model: Model) -> Any:
    if isinstance(node, exprs.ParenthesesExpression):
        return _value(node.inner_statement, model)
    if isinstance(node, exprs.LiteralNumberExpression):
        return Decimal(node.value.text)
    if isinstance(node, exprs.LiteralStringExpression):
        return node.value.text.strip('"')
    if isinstance(node, exprs.AddSubExpression):
        return _chain(node, model)
    if isinstance(node, exprs.DivMulExpression) and node.operator.text == "*":
        left, right = _value(node.left, model), _value(node.right, model)
        return None if left is None or right is None else left * right
    if isinstance(node, exprs.MeasureExpression):
        return _measure(node.name.text.strip("[]"), model)
    if isinstance(node, exprs.FunctionExpression):
        name = "".join(part.text for part in node.name_parts)
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](node.args, model)
    raise NotImplementedError(f"no measure used this so far: {node}")


def _chain(node: Any, model: Model) -> Decimal:
    """Add and subtract from left to right; the parser nests a chain to the right."""
    total = _value(node.left, model) or Decimal(0)
    while isinstance(node, exprs.AddSubExpression):
        sign = 1 if node.operator.text == "+" else -1
        node = node.right
        term = node.left if isinstance(node, exprs.AddSubExpression) else node
        total += sign * (_value(term, model) or Decimal(0))
    return total


def _measure(name: str, model: Model) -> Number:
    if name in model.values:
        return model.values[name]
    return evaluate(model.measures[name], model)


def _column(node: Any, model: Model) -> list[Any]:
    """Values of a column that are not BLANK."""
    assert node.table.text == model.table
    name = node.column.text.strip("[]")
    return [row[name] for row in model.rows if row[name] is not None]


def _sum(arguments: list[Any], model: Model) -> Number:
    values = _column(arguments[0], model)
    return sum(map(Decimal, values), Decimal(0)) if values else None


def _average(arguments: list[Any], model: Model) -> Number:
    values = _column(arguments[0], model)
    return sum(map(Decimal, values), Decimal(0)) / len(values) if values else None


def _count(arguments: list[Any], model: Model) -> Number:
    return Decimal(len(_column(arguments[0], model))) or None


def _distinct(arguments: list[Any], model: Model) -> Number:
    return Decimal(len(set(_column(arguments[0], model)))) or None


def _count_rows(arguments: list[Any], model: Model) -> Number:
    assert arguments[0].name.text == model.table
    return Decimal(len(model.rows)) or None


def _divide(arguments: list[Any], model: Model) -> Number:
    above, below = (_value(each, model) for each in arguments)
    return above / below if above is not None and below else None


def _calculate(arguments: list[Any], model: Model) -> Number:
    expression, *filters = arguments
    kept = [row for row in model.rows if all(_passes(each, row, model) for each in filters)]
    return _value(expression, replace(model, rows=tuple(kept)))


def _passes(condition: Any, row: Row, model: Model) -> bool:
    assert isinstance(condition, exprs.ComparisonExpression)
    assert condition.left.table.text == model.table
    found = row[condition.left.column.text.strip("[]")]
    wanted = _value(condition.right, model)
    if found is None:
        # BLANK compares as the zero of the other side's type
        found = type(wanted)()
    return bool(_COMPARISONS[condition.operator.text](found, wanted))


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
}
_FUNCTIONS: Mapping[str, Callable[[list[Any], Model], Any]] = {
    "SUM": _sum,
    "AVERAGE": _average,
    "COUNT": _count,
    "DISTINCTCOUNT": _distinct,
    "COUNTROWS": _count_rows,
    "DIVIDE": _divide,
    "CALCULATE": _calculate,
    "TRUE": lambda _, __: True,
    "FALSE": lambda _, __: False,
}
