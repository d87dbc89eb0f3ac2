"""NiFi processor: writes JSON lines to Cassandra, in batches of one partition."""

import os
import site
import sys

# NiFi leaves out the libraries of the interpreter that it is told to use
site.main()
sys.path.insert(0, os.environ["LAKEHOUSE_SOURCE"])

from nifiapi.flowfiletransform import FlowFileTransform, FlowFileTransformResult  # noqa: E402
from nifiapi.properties import PropertyDescriptor, StandardValidators  # noqa: E402
from nifiapi.relationship import Relationship  # noqa: E402

from lakehouse.platform import nifi_child  # noqa: E402
from lakehouse.sinks.cassandra import CassandraSink  # noqa: E402

nifi_child.settle()


class PutCassandra(FlowFileTransform):
    class Java:
        implements = ["org.apache.nifi.python.processor.FlowFileTransform"]

    class ProcessorDetails:
        version = "1.0.0"
        description = (
            "Writes each JSON line as a row of Cassandra, many rows of a partition at once. "
            "Columns and their types are those of the table in the cluster."
        )
        tags = ["cassandra", "put", "lakehouse"]

    CONTACT_POINTS = PropertyDescriptor(
        name="Contact Points",
        description="Addresses of nodes, with commas between",
        required=True,
        validators=[StandardValidators.NON_EMPTY_VALIDATOR],
    )
    PORT = PropertyDescriptor(
        name="Port",
        description="Port of the nodes for clients",
        required=True,
        default_value="9042",
        validators=[StandardValidators.PORT_VALIDATOR],
    )
    DATACENTER = PropertyDescriptor(
        name="Datacenter",
        description="The data centre that is written to",
        required=True,
        validators=[StandardValidators.NON_EMPTY_VALIDATOR],
    )
    KEYSPACE = PropertyDescriptor(
        name="Keyspace",
        description="Where the tables are",
        required=True,
        validators=[StandardValidators.NON_EMPTY_VALIDATOR],
    )
    TABLE = PropertyDescriptor(
        name="Table",
        description="The table; without one, the field `table` of each record names it",
        required=False,
    )
    CONSISTENCY = PropertyDescriptor(
        name="Consistency",
        description="How many replicas must have a row before it counts as written",
        required=True,
        default_value="LOCAL_ONE",
        allowable_values=["LOCAL_ONE", "LOCAL_QUORUM", "ONE", "QUORUM", "ALL"],
    )

    def __init__(self, **kwargs):
        super().__init__()
        self._store = None

    def getPropertyDescriptors(self):
        return [
            self.CONTACT_POINTS,
            self.PORT,
            self.DATACENTER,
            self.KEYSPACE,
            self.TABLE,
            self.CONSISTENCY,
        ]

    def getRelationships(self):
        return [
            Relationship("success", "Every row is written"),
            Relationship("invalid", "Records that can never be written, with the reason"),
        ]

    def onScheduled(self, context):
        def value(descriptor):
            return context.getProperty(descriptor).getValue()

        self._store = CassandraSink(
            hosts=value(self.CONTACT_POINTS).split(","),
            port=int(value(self.PORT)),
            datacenter=value(self.DATACENTER),
            keyspace=value(self.KEYSPACE),
            consistency=value(self.CONSISTENCY),
        )
        self._table = value(self.TABLE)

    def onStopped(self, context):
        if self._store is not None:
            self._store.close()
            self._store = None

    def transform(self, context, flowfile):
        try:
            rejected = self._store.write(
                flowfile.getContentsAsBytes(), self._table, flowfile.getAttribute("uuid")
            )
        except Exception as error:
            self.logger.error(f"Cassandra has not taken the rows, which will come again: {error}")
            nifi_child.pause()
            return FlowFileTransformResult(relationship="failure")
        if rejected:
            return FlowFileTransformResult(relationship="invalid", contents=rejected.content())
        return FlowFileTransformResult(relationship="success")
