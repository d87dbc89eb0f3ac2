"""What differs from Superset's defaults; addresses and secrets are read from the environment."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from sqlalchemy.engine.url import URL
from superset.config import TALISMAN_CONFIG


def _value(name: str) -> str:
    return os.environ[f"LAKEHOUSE_{name}"]


APP_NAME = "Lakehouse"
SECRET_KEY = _value("SUPERSET_SECRET_KEY")
SQLALCHEMY_DATABASE_URI = (
    f"postgresql+psycopg2://superset:{quote(_value('POSTGRES_SUPERSET_PASSWORD'), safe='')}"
    f"@{_value('POSTGRES_HOST')}:{_value('POSTGRES_PORT')}/superset"
)
# a connection that a restarted PostgreSQL has closed is replaced, not handed out
SQLALCHEMY_ENGINE_OPTIONS = {"pool_pre_ping": True, "pool_size": 2}
# slows down who guesses passwords; counted in memory, which one worker shares with nobody
RATELIMIT_ENABLED = True
RATELIMIT_STORAGE_URI = "memory://"
# the second viewer of a dashboard does not ask the engine again
DATA_CACHE_CONFIG = {
    "CACHE_TYPE": "FileSystemCache",
    "CACHE_DIR": os.path.join(os.environ["SUPERSET_HOME"], "cache"),
    "CACHE_DEFAULT_TIMEOUT": 60,
    "CACHE_THRESHOLD": 500,
}
# browsers may load nothing from elsewhere: its pages would report each view to a counter
_POLICY: Any = TALISMAN_CONFIG["content_security_policy"]
_POLICY["img-src"] = ["'self'", "blob:", "data:"]
_POLICY["connect-src"] = ["'self'"]
# the first page after a start asks an engine that has read no table yet, seconds
SUPERSET_WEBSERVER_TIMEOUT = 240
# how often a statement of SQL Lab is asked whether it is done, seconds
DB_POLL_INTERVAL_SECONDS = {"hive": 0.2}
# Superset takes the engine for Hive, whose way of cutting weeks Spark has given up
_STEPS = {
    **{"PT1S": "second", "PT1M": "minute", "PT1H": "hour", "P1D": "day"},
    **{"P1W": "week", "P1M": "month", "P3M": "quarter", "P1Y": "year"},
}
TIME_GRAIN_ADDON_EXPRESSIONS = {
    "hive": {step: f"date_trunc('{name}', {{col}})" for step, name in _STEPS.items()}
}

# the host that the imported database names: where the engine is, and who asks, is put in here
ENGINE = "lakehouse-engine"


def DB_CONNECTION_MUTATOR(  # noqa: N802 - Superset's name for it
    uri: URL, params: dict[str, Any], username: str, security_manager: Any, source: Any
) -> tuple[URL, dict[str, Any]]:
    """Give a connection to the engine its address; Superset's database never holds it."""
    if uri.host != ENGINE:
        return uri, params
    port = int(_value("SPARK_THRIFT_PORT"))
    login = {"username": _value("THRIFT_READER"), "password": _value("THRIFT_READER_PASSWORD")}
    return uri.set(host=_value("SPARK_HOST"), port=port, **login), params
