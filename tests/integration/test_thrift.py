"""The Thrift server as BI tools meet it: who gets in, and what a reader may do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from pyhive import hive
from TCLIService.ttypes import TOperationState

from integration.launching import lakehouse, lakehouse_json
from lakehouse.platform.environment import process_environment
from lakehouse.platform.secrets import GENERATORS
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import Supervisor, log_file
from lakehouse.serving import thrift
from lakehouse.serving.thrift import Login, QueryError, query
from lakehouse.serving.thrift_transport import LoggedIn

ROWS = 3
REGISTRY = "org.apache.hadoop.hive.ql.exec.FunctionRegistry"
_UNDER_WAY = (
    TOperationState.INITIALIZED_STATE,
    TOperationState.PENDING_STATE,
    TOperationState.RUNNING_STATE,
)
# what a reader may ask besides tables, and how many rows that gives at least
LOOKS = {
    "SELECT 1": 1,
    "SELECT * FROM range(2)": 2,
    "SHOW DATABASES": 1,
    "SHOW TABLES IN gold": 1,
    "DESCRIBE gold.{trial}": 2,
    "EXPLAIN SELECT * FROM gold.{trial}": 1,
    "SET spark.sql.session.timeZone": 1,
    "WITH few AS (SELECT * FROM gold.{trial}) SELECT * FROM few JOIN few AS same USING (id)": ROWS,
    "SELECT id FROM quality.{trial} WHERE id IN (SELECT id FROM gold.{trial})": ROWS,
}
REFUSED = (
    "INSERT INTO gold.{trial} VALUES (9, 'z')",
    "INSERT OVERWRITE gold.{trial} VALUES (9, 'z')",
    "UPDATE gold.{trial} SET word = 'z'",
    "DELETE FROM gold.{trial}",
    "MERGE INTO gold.{trial} t USING gold.{trial} s ON t.id = s.id WHEN MATCHED THEN DELETE",
    "TRUNCATE TABLE gold.{trial}",
    "DROP TABLE gold.{trial}",
    "DROP DATABASE gold CASCADE",
    "CREATE TABLE gold.other_{trial} (id INT)",
    "CREATE TABLE gold.other_{trial} USING delta AS SELECT 1 AS id",
    "CREATE DATABASE other_{trial}",
    "CREATE TEMPORARY VIEW other_{trial} AS SELECT 1 AS id",
    "ALTER TABLE gold.{trial} ADD COLUMN more INT",
    "OPTIMIZE gold.{trial}",
    "VACUUM gold.{trial}",
    "CACHE TABLE gold.{trial}",
    "SET spark.sql.shuffle.partitions = 1",
    "BEGIN DELETE FROM gold.{trial}; END",
    "EXECUTE IMMEDIATE 'DELETE FROM gold.{trial}'",
    "SELECT * FROM silver.{trial}",
    "SELECT (SELECT max(id) FROM silver.{trial}) FROM gold.{trial}",
    "WITH kept AS (SELECT * FROM silver.{trial}) SELECT * FROM kept",
    "SELECT * FROM text.`file:///proc/self/environ`",
    "SELECT * FROM delta.`{lake}/warehouse/gold.db/{trial}`",
    "SELECT TRANSFORM (id) USING 'cat' AS (id STRING) FROM gold.{trial}",
    "INSERT OVERWRITE DIRECTORY '{lake}/stolen' USING parquet SELECT * FROM gold.{trial}",
)

# rows of a kilobyte: a partition may have some 240,000 of them with the heap that is the default
WIDE = "SELECT id, " + ", ".join(f"'x' AS c{number}" for number in range(40))
MANY = 500_000

CALLS_OF_JAVA = (
    "SELECT reflect('java.lang.System', 'getenv', 'PATH')",
    "SELECT java_method('java.lang.System', 'getenv', 'PATH')",
    "SELECT system.builtin.try_reflect('java.lang.System', 'getenv', 'PATH')",
    "SELECT id FROM gold.{trial} WHERE reflect('java.lang.Thread', 'activeCount') = 1",
    "SELECT * FROM VALUES (reflect('java.lang.System', 'getenv', 'PATH'))",
    "SELECT * FROM range(CAST(reflect('java.lang.Thread', 'activeCount') AS BIGINT))",
    "EXECUTE IMMEDIATE concat('SELECT ', reflect('java.lang.Thread', 'activeCount'))",
)


@pytest.fixture(scope="module")
def trial(platform: Settings) -> Iterator[str]:
    """A small table in a database of each kind."""
    name = f"trial_{uuid.uuid4().hex[:8]}"
    with thrift.cursor() as cursor:
        for database in ("gold", "quality", "silver"):
            thrift.ask(cursor, f"CREATE DATABASE IF NOT EXISTS {database}")
            thrift.ask(
                cursor,
                f"CREATE TABLE {database}.{name} USING delta "
                "AS SELECT * FROM VALUES (1, 'a'), (2, 'b'), (3, 'c') AS v(id, word)",
            )
        yield name
        for database in ("gold", "quality", "silver"):
            thrift.ask(cursor, f"DROP TABLE {database}.{name}")


@pytest.fixture(scope="module")
def reading(platform: Settings, trial: str) -> Iterator[object]:
    """A session of the reader's."""
    with thrift.cursor(thrift.reader(platform)) as cursor:
        yield cursor


@pytest.mark.parametrize("statement", LOOKS)
def test_a_reader_looks(statement: str, reading: object, trial: str) -> None:
    assert len(thrift.ask(reading, statement.format(trial=trial)).rows) >= LOOKS[statement]


@pytest.mark.parametrize("statement", REFUSED)
def test_a_reader_changes_nothing_and_reads_nothing_else(
    statement: str, reading: object, trial: str, platform: Settings
) -> None:
    with pytest.raises(QueryError, match="bi_reader may read tables of gold and quality") as told:
        thrift.ask(reading, statement.format(trial=trial, lake=platform.lake))
    assert "\n" not in str(told.value)
    assert query(f"SELECT count(*), max(word) FROM gold.{trial}").rows == [(ROWS, "c")]


@pytest.mark.parametrize("statement", CALLS_OF_JAVA)
def test_sql_does_not_call_java(statement: str, reading: object, trial: str) -> None:
    with pytest.raises(QueryError, match="is switched off: SQL may not call Java"):
        thrift.ask(reading, statement.format(trial=trial))


def test_what_is_refused_to_the_reader_is_not_to_the_owner(trial: str) -> None:
    query(f"INSERT INTO silver.{trial} VALUES (4, 'd')")
    assert query(f"SELECT count(*) FROM silver.{trial}").rows == [(4,)]


@pytest.mark.parametrize("login", [thrift.reader, thrift.owner])
def test_result_beyond_the_memory_ends_only_its_statement(
    login: Callable[[Settings], Login], platform: Settings
) -> None:
    before = Supervisor(platform).states()["spark"].pid
    with pytest.raises(QueryError, match="the result is too large for the Thrift server") as caught:
        query(f"{WIDE} FROM range(0, 9000000, 1, 1)", login(platform))
    assert "\n" not in str(caught.value)
    assert query("SELECT count(*) FROM range(10)").rows == [(10,)]
    assert Supervisor(platform).states()["spark"].pid == before


def test_results_within_the_memory_and_data_of_commands_are_not_limited(platform: Settings) -> None:
    few = query(f"{WIDE} FROM range(0, 9000000, 1, 1) LIMIT 3", thrift.reader(platform))
    assert len(few.rows) == 3
    table = f"default.trial_{uuid.uuid4().hex[:8]}"
    try:
        query(f"CREATE TABLE {table} USING delta AS {WIDE} FROM range(0, {MANY}, 1, 1)")
        assert query(f"SELECT count(*) FROM {table}").rows == [(MANY,)]
        with pytest.raises(QueryError, match="too large"):
            query(f"SELECT * FROM {table}")
    finally:
        query(f"DROP TABLE IF EXISTS {table}")


def test_columns_have_the_names_of_the_engine(platform: Settings) -> None:
    answer = query("SELECT 1.5, t.id * 0.9, t.id, t.id, t.id AS `a.b` FROM range(1) AS t")
    assert answer.columns == ["1.5", "(id * 0.9)", "id", "id", "a.b"]


def test_the_command_line_shows_the_refusal(trial: str) -> None:
    answer = lakehouse("sql", "--as-reader", f"DROP TABLE gold.{trial}")
    assert answer.returncode == 1
    assert "bi_reader may read tables of gold and quality and nothing else" in answer.stderr
    assert "drop table" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("user", ["lakehouse", "bi_reader", "somebody", ""])
def test_a_wrong_password_is_refused_in_a_sentence(user: str, platform: Settings) -> None:
    with pytest.raises(QueryError, match=f"refuses user {user}: wrong user or password"):
        query("SELECT 1", Login(user, "wrong"))


def test_a_password_goes_with_its_user(platform: Settings) -> None:
    swapped = Login(platform.thrift_user, platform.secret("thrift_reader_password"))
    with pytest.raises(QueryError, match="wrong user or password"):
        query("SELECT 1", swapped)


def test_the_command_line_tells_of_a_wrong_password(platform: Settings) -> None:
    os.environ["LAKEHOUSE_THRIFT_PASSWORD"] = "wrong"
    try:
        answer = lakehouse("sql", "SELECT 1")
    finally:
        del os.environ["LAKEHOUSE_THRIFT_PASSWORD"]
    assert answer.returncode == 1
    assert "refuses user lakehouse: wrong user or password" in answer.stderr
    assert "./lakehouse credentials" in answer.stderr


def test_a_reader_cannot_act_for_the_owner(platform: Settings) -> None:
    login = thrift.reader(platform)
    address = f"http://{platform.spark_host}:{platform.spark_thrift_port}/cliservice"
    transport = LoggedIn(f"{address}?doAs={platform.thrift_user}", login)
    with pytest.raises(Exception, match="not allowed"):
        hive.connect(thrift_transport=transport, username=platform.thrift_user)


def test_sessions_side_by_side_keep_their_users(platform: Settings, trial: str) -> None:
    logins = [thrift.reader(platform), thrift.owner(platform)] * 4
    with ThreadPoolExecutor(len(logins)) as pool:
        found = list(pool.map(lambda login: _asks_in_turn(login, trial), logins))
    assert found == [{login.user: True} for login in logins]


def test_what_the_end_of_a_session_loads_is_there(platform: Settings) -> None:
    """Without a class of it, ends of sessions fail once and from then on wait for ever.

    The server loads it where a session ends on a thread that never asked the catalog: too seldom to
    wait for. So it is loaded by hand, in a JVM with the engine's class path.
    """
    # without what a Connect session of this process left there
    environment = process_environment(platform)
    program = (
        "from pyspark.sql import SparkSession\n"
        f"jars = '{environment['LAKEHOUSE_SPARK_ASSEMBLY']}/lib/*'\n"
        "plain = SparkSession.builder.master('local[1]').config('spark.ui.enabled', 'false')\n"
        "engine = plain.config('spark.driver.extraClassPath', jars).getOrCreate()\n"
        f"print(engine._jvm.java.lang.Class.forName('{REGISTRY}').getName())\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment
    )
    assert answer.stdout.strip() == REGISTRY, answer.stderr


def _asks_in_turn(login: Login, trial: str) -> dict[str, bool]:
    """Who a session is, statement by statement, in the manner of ODBC: started, then polled."""
    seen = {}
    with thrift.cursor(login) as cursor:
        for _ in range(5):
            cursor.execute(f"SELECT current_user(), count(*) FROM gold.{trial}", async_=True)
            while (status := cursor.poll()).operationState in _UNDER_WAY:
                time.sleep(0.02)
            assert status.operationState == TOperationState.FINISHED_STATE, status.errorMessage
            user, rows = cursor.fetchall()[0]
            seen[user] = rows == ROWS
            if user.startswith("bi_"):
                with pytest.raises(QueryError, match="may read"):
                    thrift.ask(cursor, f"SELECT * FROM silver.{trial}")
            else:
                thrift.ask(cursor, f"SELECT * FROM silver.{trial}")
    return seen


def test_no_secret_is_in_the_engine_nor_in_its_log(platform: Settings) -> None:
    engine = psutil.Process(Supervisor(platform).states()["spark"].pid)
    # a shell starts the engine and becomes it
    everything = " ".join([*engine.cmdline(), *engine.environ().values()])
    log = log_file("spark", platform).read_text("utf-8", errors="replace")
    for name in GENERATORS:
        secret = platform.secret(name)
        assert secret not in everything, f"{name} is in the engine's environment or arguments"
        assert secret not in log, f"{name} is in the engine's log"


def test_credentials_name_both_users(platform: Settings) -> None:
    found = {entry["user"]: entry for entry in lakehouse_json("credentials")}
    for login in (thrift.owner(platform), thrift.reader(platform)):
        assert found[login.user]["password"] == login.password
        assert found[login.user]["where"].endswith("/cliservice")
