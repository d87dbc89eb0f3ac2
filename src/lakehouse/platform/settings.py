"""Every setting of the platform, read from the environment and from `.env` (the environment wins).

Names are prefixed: `LAKEHOUSE_POSTGRES_PORT=5433 ./lakehouse up`. Secrets have no default: they are
generated into `.env` at set-up (see `lakehouse.platform.secrets`).
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from lakehouse.contracts.log_formats import AUTO, log_format
from lakehouse.contracts.streams import EARLIEST_EVENT
from lakehouse.platform.dotenv import InvalidLineError, read_dotenv
from lakehouse.registry import catalog

PROJECT = Path(__file__).resolve().parents[3]
ENV_FILE = PROJECT / ".env"


class Settings(BaseSettings):
    """Addresses, folders, engines and secrets; `LAKEHOUSE_<NAME>` sets any of them."""

    model_config = SettingsConfigDict(
        env_prefix="LAKEHOUSE_",
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        extra="ignore",
        # as Compose takes it: `${LAKEHOUSE_AIRFLOW_PORT:-6060}`
        env_ignore_empty=True,
    )

    state_dir: Path = Field(PROJECT / ".lakehouse", description="data, logs and process files")
    cache_dir: Path = Field(
        default_factory=lambda: (
            Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "lakehouse"
        ),
        description="assembled servers, shared by all clones of a user",
    )
    dags_dir: Path = Field(PROJECT / "dags", description="what Airflow runs")
    notebooks_dir: Path = Field(PROJECT / "notebooks", description="what JupyterLab opens")
    weblogs_dir: Path | None = Field(
        None, description="logs of the web shop, a folder a stream; below the state folder if unset"
    )
    weblogs_pattern: str = Field(
        r"{log}([-.].+)?",
        description="regular expression of the file names of a log, rotated ones included; "
        "{log} is the name of the live file",
    )
    runtime: Literal["processes", "docker"] = Field(
        "processes", description="who keeps the servers: this platform, or Docker"
    )
    bind_host: str = Field("127.0.0.1", description="address every port listens on")
    publish_host: str = Field("127.0.0.1", description="address that Docker publishes ports on")

    postgres_host: str = "127.0.0.1"
    postgres_port: int = 15432
    namenode_host: str = "127.0.0.1"
    namenode_port: int = 8020
    namenode_http_port: int = 9870
    datanode_host: str = "127.0.0.1"
    datanode_port: int = 9866
    datanode_http_port: int = 9864
    datanode_ipc_port: int = 9867
    hdfs_replication: int = 1
    metastore_host: str = "127.0.0.1"
    metastore_port: int = 9083
    spark_host: str = "127.0.0.1"
    spark_connect_port: int = 15002
    spark_thrift_port: int = 10004
    thrift_user: str = Field("lakehouse", description="may do everything over Thrift")
    thrift_reader: str = Field("bi_reader", description="may read gold and quality over Thrift")
    spark_driver_memory: str = "1g"
    spark_master: str = Field("local[2]", description="master of the warm engine")
    spark_executor_memory: str = Field("1g", description="heap of one, where the master is remote")
    airflow_host: str = "127.0.0.1"
    airflow_port: int = 6060
    airflow_published_port: int | None = Field(
        None, description="where people open it, if Docker publishes it elsewhere"
    )
    airflow_user: str = "admin"
    airflow_parallelism: int = Field(3, description="tasks at once; imports bring a JVM each")
    kafka_host: str = "127.0.0.1"
    kafka_port: int = 9092
    kafka_servers: str | None = Field(
        None, description="host:port of several nodes, so that clients find one of them alive"
    )
    kafka_controller_port: int = 9093
    kafka_partitions: int = Field(1, description="of a topic; each holds a task slot of the driver")
    kafka_replication: int = 1
    kafka_min_insync: int = Field(1, description="copies that stand before a message is sent")
    jupyter_host: str = "127.0.0.1"
    jupyter_port: int = 9999
    cassandra_host: str = "127.0.0.1"
    cassandra_port: int = 9042
    cassandra_storage_port: int = 7000
    cassandra_jmx_port: int = 7199
    cassandra_datacenter: str = "datacenter1"
    cassandra_replication: int = 1
    cassandra_tokens: int = Field(1, description="ranges that a node holds")
    cassandra_consistency: str = "LOCAL_ONE"
    nifi_host: str = "localhost"
    nifi_port: int = 8443
    nifi_published_port: int | None = Field(
        None, description="as for Airflow; NiFi answers under no other port than those it knows"
    )
    nifi_management_port: int = Field(8444, description="health of NiFi, always on loopback")
    nifi_user: str = "admin"
    superset_host: str = "127.0.0.1"
    superset_port: int = 8088
    superset_user: str = "admin"
    superset_published_port: int | None = None
    jupyter_published_port: int | None = None
    dashboard_host: str = "127.0.0.1"
    dashboard_port: int = 8050
    dashboard_published_port: int | None = None
    namenode_http_published_port: int | None = None
    prometheus_published_port: int | None = None
    metrics_published_port: int | None = None
    spark_thrift_published_port: int | None = None
    spark_connect_published_port: int | None = None
    grafana_published_port: int | None = Field(
        None, description="where people open Grafana, which only Docker starts"
    )
    streaming_driver_memory: str = Field("512m", description="heap; Spark refuses 448m")
    streaming_trigger: Literal["realtime", "microbatch"] = Field(
        "realtime", description="how events become clean ones: at once, or batch by batch"
    )
    access_log_format: str = Field(
        AUTO, description="auto, a preset, or a format as Apache or nginx declares it"
    )
    earliest_event: dt.date = Field(
        EARLIEST_EVENT, ge=EARLIEST_EVENT, description="log lines of earlier days are rejected"
    )

    prometheus_host: str = "127.0.0.1"
    prometheus_port: int = 9090
    node_exporter_host: str = "127.0.0.1"
    node_exporter_port: int = 9100
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(9108, description="figures of the platform, for Prometheus")
    smtp_host: str = Field("127.0.0.1", description="mail server that alerts go through")
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_require_tls: bool = Field(True, description="refuse a mail server without STARTTLS")
    alert_mail_from: str = "lakehouse@localhost"
    alert_mail_to: str = Field("", description="who is written to; nobody if empty")

    ingest_engine: Literal["sqoop", "spark"] = Field(
        "sqoop", validation_alias=AliasChoices("INGEST_ENGINE", "LAKEHOUSE_INGEST_ENGINE")
    )
    rejected_share_limit: float = Field(
        0.2, ge=0, le=1, description="a silver table fails if more of its rows are rejected"
    )
    recheck_share: float = Field(
        0.02, ge=0, le=1, description="share of unchanged tables that are built all the same"
    )
    schedules: bool = Field(
        True, description="pipelines start by the clock too; if not, when asked or after others"
    )
    run_on: Literal["engine", "submit"] = Field(
        "engine", description="tasks run on the warm engine, or each by spark-submit"
    )
    submit_master: str = Field("local[2]", description="master that spark-submit hands tasks to")
    submit_host: str = Field("127.0.0.1", description="where executors find a submitted task")

    # nodes of a cluster: each its own name and number, and where it finds the others
    kafka_node_id: int = 1
    kafka_node_host: str | None = Field(None, description="kafka_host if unset")
    kafka_voters: str | None = Field(None, description="ID@host:port of every node, or it is alone")
    kafka_cluster_id: str | None = Field(None, description="22 characters, made at random if unset")
    cassandra_node_host: str | None = Field(None, description="cassandra_host if unset")
    cassandra_seeds: str | None = Field(None, description="host:port,... or it is alone")

    postgres_superuser_password: SecretStr | None = None
    postgres_loader_password: SecretStr | None = None
    postgres_reader_password: SecretStr | None = None
    postgres_metastore_password: SecretStr | None = None
    postgres_airflow_password: SecretStr | None = None
    thrift_password: SecretStr | None = None
    thrift_reader_password: SecretStr | None = None
    airflow_admin_password: SecretStr | None = None
    airflow_jwt_secret: SecretStr | None = None
    airflow_secret_key: SecretStr | None = None
    airflow_fernet_key: SecretStr | None = None
    jupyter_token: SecretStr | None = None
    nifi_password: SecretStr | None = None
    nifi_sensitive_key: SecretStr | None = None
    nifi_keystore_password: SecretStr | None = None
    postgres_superset_password: SecretStr | None = None
    superset_admin_password: SecretStr | None = None
    superset_secret_key: SecretStr | None = None
    grafana_admin_password: SecretStr | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read `.env` by the rules that Compose has, too."""
        assert isinstance(dotenv_settings, DotEnvSettingsSource)
        file = _DotEnv(settings_cls, env_file=dotenv_settings.env_file)
        return init_settings, env_settings, file

    @field_validator("access_log_format")
    @classmethod
    def _readable(cls, value: str) -> str:
        """Refuse a format before a server starts with it."""
        log_format(value)
        return value

    @field_validator("state_dir", "cache_dir", "dags_dir", "notebooks_dir", "weblogs_dir")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        """Servers run in folders of their own: a relative path would mean another place there."""
        return value and value.expanduser().absolute()

    @field_validator("weblogs_pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value.replace("{log}", "access"))
        except re.error as error:
            raise ValueError(f"{value} is no regular expression: {error}") from error
        return value

    def weblog_folder(self, stream: str) -> Path:
        """Folder of a stream's log: named after the stream, or the folder above that has the log.

        The second is how web servers keep logs: `LAKEHOUSE_WEBLOGS_DIR=/var/log/nginx`.
        """
        root = self.weblogs_dir or self.state_dir / "weblogs"
        own = root / stream
        if self._holds_log(own, stream) or not self._holds_log(root, stream):
            return own
        return root

    def weblog_names(self, stream: str) -> str:
        """Regular expression of the names of a stream's log and of its rotated files."""
        return self.weblogs_pattern.replace("{log}", re.escape(catalog.stream(stream).log_file))

    def _holds_log(self, folder: Path, stream: str) -> bool:
        names = re.compile(self.weblog_names(stream))
        try:
            return any(names.fullmatch(one.name) and one.is_file() for one in folder.iterdir())
        except OSError:
            return False

    def published(self, port: str) -> int | None:
        """The number by which people reach a port such as `airflow_port`; None if they cannot.

        Docker publishes some ports only, and each under the number that it is told.
        """
        if self.runtime == "docker":
            number = getattr(self, f"{port.removesuffix('_port')}_published_port", None)
        else:
            number = getattr(self, port)
        return None if number is None else int(number)

    @property
    def published_host(self) -> str:
        """Host by which people reach the ports that Docker publishes."""
        on_this_machine = ("127.0.0.1", "0.0.0.0", "::1", "::")
        return "localhost" if self.publish_host in on_this_machine else self.publish_host

    @property
    def logs_dir(self) -> Path:
        """One log file a server."""
        return self.state_dir / "logs"

    @property
    def run_dir(self) -> Path:
        """Configuration and locks of the process keeper."""
        return self.state_dir / "run"

    @property
    def scratch_dir(self) -> Path:
        """Temporary files of every server: names in /tmp could be taken by other users."""
        return self.state_dir / "tmp"

    @property
    def state_id(self) -> str:
        """A short name of the state folder, for places outside of it."""
        return hashlib.sha256(str(self.state_dir).encode()).hexdigest()[:8]

    @property
    def postgres_home(self) -> Path:
        """PostgreSQL's folder; for root another place, as the server runs as another user."""
        if os.geteuid() == 0:
            return Path("/var/lib/lakehouse") / self.state_id / "postgres"
        return self.state_dir / "postgres"

    @property
    def hdfs_url(self) -> str:
        """Root of the file system, as Hadoop clients write it."""
        return f"hdfs://{self.namenode_host}:{self.namenode_port}"

    @property
    def lake(self) -> str:
        """Folder on HDFS below which every layer lives."""
        return f"{self.hdfs_url}/lakehouse"

    def secret(self, name: str) -> str:
        """The value of a generated secret.

        Raises:
            MissingSecretError: set-up has not run yet.
        """
        value = getattr(self, name)
        if value is None:
            raise MissingSecretError(
                f"LAKEHOUSE_{name.upper()} is not set: run ./lakehouse up once, it writes .env"
            )
        return str(value.get_secret_value())


class _DotEnv(DotEnvSettingsSource):
    """Settings of `.env`."""

    def _read_env_file(self, file_path: Path) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in read_dotenv(file_path).items() if value}


class MissingSecretError(RuntimeError):
    """A secret was asked for before set-up generated it."""


class InvalidSettingError(RuntimeError):
    """A setting has a value that it cannot have."""


def read_settings(file: Path = ENV_FILE) -> Settings:
    """The settings of the environment and of a file.

    Raises:
        InvalidSettingError: with a sentence for each setting whose value is invalid.
    """
    try:
        return Settings(_env_file=file)
    except ValidationError as error:
        raise InvalidSettingError("; ".join(_invalid(error))) from None
    except InvalidLineError as error:
        raise InvalidSettingError(str(error)) from None


def _invalid(error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False, include_context=False):
        name = str(one["loc"][0])
        field = Settings.model_fields.get(name)
        setting = f"LAKEHOUSE_{name.upper()}" if field else name
        is_secret = field is not None and "SecretStr" in str(field.annotation)
        value = "" if is_secret else f" {one['input']!r}"
        yield f"the value{value} of {setting}, in .env or the environment, is invalid: {one['msg']}"


@functools.cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return read_settings()
