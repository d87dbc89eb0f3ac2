"""The semantic model as a tree of objects, in the words of Microsoft's Tabular model (TMSL).

`tmdl` writes it as text for the project, `template` as JSON for the template file.
"""

from __future__ import annotations

from typing import Any

from lakehouse.contracts.model import Column
from lakehouse.platform.settings import Settings
from lakehouse.serving.powerbi.star import ModelTable, Relationship, relationships, tables
from lakehouse.serving.reports.measures import MEASURES, PARAMETERS
from lakehouse.serving.reports.model import Format, Measure, Parameter

Node = dict[str, Any]

COMPATIBILITY = 1600
_TYPES = {
    "STRING": "string",
    "INT": "int64",
    "BIGINT": "int64",
    "DOUBLE": "double",
    "DATE": "dateTime",
    "TIMESTAMP": "dateTime",
    "BOOLEAN": "boolean",
    "DECIMAL": "decimal",
}
_COLUMN_FORMATS = {
    "INT": "0",
    "BIGINT": "0",
    "DATE": "yyyy-mm-dd",
    "TIMESTAMP": "yyyy-mm-dd hh:nn:ss",
    "DECIMAL": "#,0.00",
}
_MEASURE_FORMATS = {
    Format.MONEY: "#,0.00",
    Format.COUNT: "#,0",
    Format.SHARE: "0.0%",
    Format.DECIMAL: "0.00",
    Format.BYTES: "#,0",
}
# names that stand in the order of another column
_SORTED_BY = {"month_name": "month", "day_name": "day_of_week"}
_PLACES = {
    "city": "City",
    "state": "StateOrProvince",
    "latitude": "Latitude",
    "longitude": "Longitude",
}
# what a Power BI file asks for when it is opened
_ASKED = {
    "Host": (str(Settings.model_fields["spark_host"].default), "Host of the Thrift server"),
    "Port": (str(Settings.model_fields["spark_thrift_port"].default), "Its port"),
    "Schema": ("gold", "Database that holds the star"),
}
# How the connector is called and walked through; 2 is HTTP. The one place that names it.
_SOURCE = """let
    Source = ApacheSpark.Tables("http://" & Host & ":" & Port & "/cliservice", 2),
    Catalog = Source{{[Name = "SPARK", Kind = "Database"]}}[Data],
    Database = Catalog{{[Name = Schema, Kind = "Schema"]}}[Data],
    Rows = Database{{[Name = "{table}", Kind = "Table"]}}[Data]
in
    Rows"""


def model() -> Node:
    """The whole model."""
    return {
        "culture": "en-US",
        "sourceQueryCulture": "en-US",
        "defaultPowerBIDataSourceVersion": "powerBI_V3",
        "tables": [*(_table(each) for each in tables()), *(_parameter(p) for p in PARAMETERS)],
        "relationships": [_relationship(each) for each in relationships()],
        "expressions": [_asked(name) for name in _ASKED],
    }


def parameter_measure(parameter: Parameter) -> str:
    """Name of the measure that holds a parameter's value."""
    return f"{parameter.title} value"


def _table(table: ModelTable) -> Node:
    node: Node = {"name": table.name, "description": table.description}
    if table.source.is_calendar:
        node["dataCategory"] = "Time"
    return node | {
        "measures": [_measure(each) for each in MEASURES if each.table == table.name],
        "columns": [_column(table, column) for column in table.source.columns],
        "partitions": [
            {
                "name": table.name,
                "mode": "directQuery",
                "source": {"type": "m", "expression": _SOURCE.format(table=table.source.name)},
            }
        ],
    }


def _column(table: ModelTable, column: Column) -> Node:
    kind = column.type.split("(")[0]
    node: Node = {
        "name": column.name,
        "description": column.description,
        "dataType": _TYPES[kind],
        "isHidden": table.is_hidden(column),
        "isKey": table.source.is_calendar and column.name in table.source.grain,
        "formatString": _COLUMN_FORMATS.get(kind),
        "dataCategory": _PLACES.get(column.name),
        "summarizeBy": "none",
        "sourceColumn": column.name,
        "sortByColumn": _SORTED_BY.get(column.name),
    }
    return {key: value for key, value in node.items() if value}


def _measure(measure: Measure) -> Node:
    return {
        "name": measure.name,
        "description": measure.description,
        "expression": measure.dax,
        "formatString": _MEASURE_FORMATS[measure.format],
    }


def _parameter(parameter: Parameter) -> Node:
    title = parameter.title
    series = f"GENERATESERIES({parameter.low}, {parameter.high}, {parameter.step})"
    return {
        "name": title,
        "description": parameter.description,
        "measures": [
            {
                "name": parameter_measure(parameter),
                "description": f"{parameter.description}, as chosen",
                "expression": f"SELECTEDVALUE('{title}'[{title}], {parameter.default})",
                "formatString": "0%",
            }
        ],
        "columns": [
            {
                "type": "calculatedTableColumn",
                "name": title,
                "dataType": "double",
                "formatString": "0%",
                "summarizeBy": "none",
                "sourceColumn": "[Value]",
                "extendedProperties": [
                    {"type": "json", "name": "ParameterMetadata", "value": {"version": 0}}
                ],
            }
        ],
        "partitions": [
            {
                "name": title,
                "mode": "import",
                "source": {"type": "calculated", "expression": series},
            }
        ],
    }


def _relationship(relationship: Relationship) -> Node:
    node: Node = {
        "name": relationship.name,
        "fromTable": relationship.table,
        "fromColumn": relationship.column,
        "toTable": relationship.to_table,
        "toColumn": relationship.to_column,
        # no key is ever null or without its member
        "relyOnReferentialIntegrity": True,
    }
    return node if relationship.active else node | {"isActive": False}


def _asked(name: str) -> Node:
    value, description = _ASKED[name]
    meta = 'meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]'
    return {
        "name": name,
        "description": description,
        "kind": "m",
        "expression": f'"{value}" {meta}',
    }
