"""Table definitions in Spark SQL, from the contracts."""

from __future__ import annotations

from collections.abc import Iterable

from lakehouse.contracts.model import Column, Table


def columns(columns_: Iterable[Column]) -> str:
    """The column list of a table, with comments."""
    return ",\n  ".join(
        f"`{column.name}` {column.type} COMMENT {literal(column.description)}"
        for column in columns_
    )


def create(table: Table, using: str, location: str) -> str:
    """`CREATE TABLE IF NOT EXISTS` for a table of the lake.

    Args:
        table: the contract.
        using: file format, such as `delta`.
        location: full address of its folder.
    """
    partition = f"\nPARTITIONED BY ({', '.join(table.partition)})" if table.partition else ""
    return (
        f"CREATE TABLE IF NOT EXISTS {table.full_name} (\n  {columns(table.columns)}\n)\n"
        f"USING {using}{partition}\nCOMMENT {literal(table.description)}\n"
        f"LOCATION {literal(location)}"
    )


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
