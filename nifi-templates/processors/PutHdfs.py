"""NiFi processor: writes lines, or JSON lines as Parquet, to HDFS."""

import os
import site
import sys

# NiFi leaves out the libraries of the interpreter that it is told to use
site.main()
sys.path.insert(0, os.environ["LAKEHOUSE_SOURCE"])

from nifiapi.flowfiletransform import FlowFileTransform, FlowFileTransformResult  # noqa: E402
from nifiapi.properties import (  # noqa: E402
    ExpressionLanguageScope,
    PropertyDescriptor,
    StandardValidators,
)
from nifiapi.relationship import Relationship  # noqa: E402

from lakehouse.platform import nifi_child  # noqa: E402
from lakehouse.platform.webhdfs import WebHdfs  # noqa: E402
from lakehouse.sinks.encoding.parquet import fields_of  # noqa: E402
from lakehouse.sinks.hdfs import Folder, HdfsSink  # noqa: E402

nifi_child.settle()


class PutHdfs(FlowFileTransform):
    class Java:
        implements = ["org.apache.nifi.python.processor.FlowFileTransform"]

    class ProcessorDetails:
        version = "1.0.0"
        description = (
            "Writes the content to a file on HDFS that is there at once as a whole, as lines or "
            "as Parquet. A repetition finds its own file and leaves it."
        )
        tags = ["hdfs", "put", "parquet", "lakehouse"]

    ADDRESS = PropertyDescriptor(
        name="WebHDFS Address",
        description="The name node's, as http://host:port",
        required=True,
        validators=[StandardValidators.NON_EMPTY_VALIDATOR],
    )
    USER = PropertyDescriptor(
        name="User",
        description="The owner of the files",
        required=True,
        default_value="lakehouse",
        validators=[StandardValidators.NON_EMPTY_VALIDATOR],
    )
    DIRECTORY = PropertyDescriptor(
        name="Directory",
        description="Folder of the files. For Parquet, {date} and {hour} in it are those of the "
        "moment of each record",
        required=True,
        expression_language_scope=ExpressionLanguageScope.FLOWFILE_ATTRIBUTES,
        validators=[StandardValidators.NON_EMPTY_VALIDATOR],
    )
    ASIDE = PropertyDescriptor(
        name="Aside Directory",
        description="Where a file is written before it is renamed",
        required=True,
        validators=[StandardValidators.NON_EMPTY_VALIDATOR],
    )
    FORMAT = PropertyDescriptor(
        name="Format",
        description="The content as it is, or its JSON lines as Parquet",
        required=True,
        default_value="lines",
        allowable_values=["lines", "parquet"],
    )
    EXTENSION = PropertyDescriptor(
        name="Extension",
        description="End of the files' names",
        required=True,
        default_value="log",
        validators=[StandardValidators.NON_EMPTY_VALIDATOR],
    )
    SCHEMA = PropertyDescriptor(
        name="Schema",
        description="Columns of Parquet, as `name TYPE NOT NULL; name TYPE`",
        required=False,
    )
    MOMENT = PropertyDescriptor(
        name="Moment Field",
        description="Field of a record whose day and hour tell its folder, for Parquet",
        required=False,
    )

    def __init__(self, **kwargs):
        super().__init__()
        self._files = None

    def getPropertyDescriptors(self):
        return [
            self.ADDRESS,
            self.USER,
            self.DIRECTORY,
            self.ASIDE,
            self.FORMAT,
            self.EXTENSION,
            self.SCHEMA,
            self.MOMENT,
        ]

    def getRelationships(self):
        return [
            Relationship("success", "Everything is on HDFS"),
            Relationship("invalid", "Records that fit into no file, with the reason"),
        ]

    def onScheduled(self, context):
        def value(descriptor):
            return context.getProperty(descriptor).getValue()

        self._files = WebHdfs(value(self.ADDRESS), value(self.USER))
        self._aside = value(self.ASIDE)
        self._extension = value(self.EXTENSION)
        self._is_parquet = value(self.FORMAT) == "parquet"
        if self._is_parquet:
            self._fields = fields_of(value(self.SCHEMA))
            self._moment = value(self.MOMENT)
            self._silver = HdfsSink(self._files)

    def transform(self, context, flowfile):
        folder = (
            context.getProperty(self.DIRECTORY).evaluateAttributeExpressions(flowfile).getValue()
        )
        name = flowfile.getAttribute("uuid")
        content = flowfile.getContentsAsBytes()
        rejected = []
        try:
            if self._is_parquet:
                target = Folder(folder, self._fields, self._moment, self._aside, self._extension)
                rejected = self._silver.write(content, target, name)
            else:
                file = f"{name}.{self._extension}"
                self._files.put(f"{folder}/{file}", content, aside=f"{self._aside}/{file}")
        except Exception as error:
            self.logger.error(f"HDFS has not taken {name}, which will come again: {error}")
            nifi_child.pause()
            return FlowFileTransformResult(relationship="failure")
        if rejected:
            return FlowFileTransformResult(relationship="invalid", contents=rejected.content())
        return FlowFileTransformResult(relationship="success")
