"""Plans of Spark Connect without its server: a client builds them, Spark's own planner reads them.

The planner runs in the JVM of the unit tests' session, whose temporary views are the tables.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pyspark.sql.connect.proto as pb2
from google.protobuf.message import Message
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.connect.session import SparkSession as ConnectSession
from pyspark.sql.types import StructType

_CONNECT_MODE = "SPARK_CONNECT_MODE_ENABLED"


class Planner:
    """Makes DataFrames of Spark Connect and has them resolved by a classic session."""

    def __init__(self, classic: SparkSession) -> None:
        self._classic = classic
        self._spark = classic._jvm.org.apache.spark  # type: ignore[union-attr]
        holder = self._spark.sql.connect.service.SessionHolder(
            "unit", "tests", classic._jsparkSession
        )
        nothing = classic._jvm.scala.Option.empty()  # type: ignore[union-attr]
        self._planner = self._spark.sql.connect.planner.SparkConnectPlanner(holder, nothing)
        client = SimpleNamespace(
            schema=self._schema,
            # compressed plans could not be measured
            _set_relation_in_plan=lambda plan, relation: plan.root.CopyFrom(relation),
        )
        # not constructed: it would look for a server
        self._session: Any = object.__new__(ConnectSession)
        self._session._client, self._session._session_id = client, "tests"

    def table(self, name: str) -> DataFrame:
        """A table of Spark Connect."""
        frame: DataFrame = self._session.table(name)
        return frame

    def plan(self, frame: Any) -> pb2.Plan:
        """The message that a client would send."""
        plan: pb2.Plan = frame._plan.to_proto(self._session.client)
        return plan

    def _schema(self, plan: pb2.Plan) -> StructType:
        """The schema as the server resolves it.

        Raises:
            py4j.protocol.Py4JJavaError: the server would refuse the plan.
        """
        data = plan.root.SerializeToString()
        relation = self._spark.connect.proto.Relation.parseFrom(data)
        logical = self._planner.transformRelation(relation)
        session = self._classic._jsparkSession
        rows = self._spark.sql.classic.Dataset.ofRows(session, logical)
        return StructType.fromJson(json.loads(rows.schema().json()))


@contextmanager
def connect_mode() -> Iterator[None]:
    """Let functions of `pyspark.sql` make expressions of Spark Connect."""
    os.environ[_CONNECT_MODE] = "1"
    try:
        yield
    finally:
        del os.environ[_CONNECT_MODE]


def depth(message: Message) -> int:
    """Number of nested messages on the longest path, the outermost included."""
    deepest, level = 0, [message]
    while level:
        deepest += 1
        level = [inner for outer in level for inner in _inner(outer)]
    return deepest


def _inner(message: Message) -> Iterator[Message]:
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            yield from (each for each in value.values() if isinstance(each, Message))
        elif isinstance(value, Message):
            yield value
        else:
            yield from value
