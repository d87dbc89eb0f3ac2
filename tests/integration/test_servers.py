"""Each server really started, used, killed and stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import fastavro
import psutil
import psycopg2
import pytest
from pydantic import SecretStr

from integration.launching import lakehouse
from lakehouse.orchestration.following import RunFailedError, follow
from lakehouse.platform import postgres
from lakehouse.platform.airflow import Airflow
from lakehouse.platform.environment import process_environment
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.probes import ready
from lakehouse.platform.services import (
    SERVICES,
    in_profile,
    load_services,
    process_named,
    processes_of,
)
from lakehouse.platform.settings import Settings
from lakehouse.platform.spark import connect
from lakehouse.platform.sqoop import SqoopError, run_sqoop
from lakehouse.platform.status import process_family
from lakehouse.platform.supervise import Supervisor
from lakehouse.platform.trial import free_ports
from lakehouse.serving.thrift import query
from lakehouse.workloads.shop.pipelines import SILVER_MARKETING

SERVERS = [process.name for process in processes_of(in_profile(load_services(), "batch"))]


# its HTTP server cannot be given an address, and asks for a password
ON_EVERY_ADDRESS = {"spark_thrift_port"}


@pytest.fixture
def table(platform: Settings) -> Iterator[str]:
    """A table of three rows in `ecom`, made by the loader."""
    name = f"trial_{uuid.uuid4().hex[:8]}"
    with closing(postgres.connect("ecom", "loader")) as server, server, server.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} (id int PRIMARY KEY, word text, at timestamp)")
        cursor.execute(
            f"INSERT INTO {name} VALUES (1, 'olá', '2018-01-01 00:30'), (2, NULL, NULL), "
            "(3, '', NULL)"
        )
    yield name
    with closing(postgres.connect("ecom", "loader")) as server, server, server.cursor() as cursor:
        cursor.execute(f"DROP TABLE {name}")


def test_every_server_is_ready(platform: Settings) -> None:
    answer = lakehouse("status", "--json")
    found = {e["name"]: e for e in json.loads(answer.stdout) if e["name"] in SERVERS}
    assert set(found) == set(SERVERS)
    assert {entry["state"] for entry in found.values()} == {"ready"}
    assert all(entry["memory_mb"] > 5 for entry in found.values())


def test_servers_listen_on_this_machine_alone(platform: Settings) -> None:
    states = Supervisor(platform).states()
    ports: dict[int, str] = {}
    for process in (p for name in SERVERS for p in process_family(states[name].pid)):
        # some live for a moment only, such as the checks that a supervisor of Airflow starts
        with suppress(psutil.NoSuchProcess):
            for socket in process.net_connections("inet"):
                if socket.status == psutil.CONN_LISTEN:
                    ports[socket.laddr.port] = socket.laddr.ip.removeprefix("::ffff:")
    assert platform.airflow_port in ports
    open_to_all = {port for port, address in ports.items() if address != "127.0.0.1"}
    assert open_to_all == {getattr(platform, name) for name in ON_EVERY_ADDRESS}


def test_scratch_files_lie_in_the_state_folder(platform: Settings) -> None:
    assert platform.scratch_dir.stat().st_mode & 0o777 == 0o700
    states = Supervisor(platform).states()
    for process in (p for name in SERVERS for p in process_family(states[name].pid)):
        # some live for a moment only
        with suppress(psutil.NoSuchProcess):
            temporary = process.environ().get("TMPDIR")
            # some overwrite their environment by a title
            assert temporary in (str(platform.scratch_dir), None), process
            command = process.cmdline()
            if Path(process.exe()).name == "java":
                assert f"-Djava.io.tmpdir={platform.state_dir}" in " ".join(command)
            opened = [file.path for file in process.open_files()]
            assert [name for name in opened if Path(name).parent == Path("/tmp")] == []


def test_a_second_up_finds_everything_running(platform: Settings) -> None:
    before = {name: state.pid for name, state in Supervisor(platform).states().items()}
    answer = lakehouse("up")
    assert answer.returncode == 0, answer.stderr
    assert {name: s.pid for name, s in Supervisor(platform).states().items()} == before


def test_the_reader_reads_and_may_not_write(platform: Settings, table: str) -> None:
    with closing(postgres.connect("ecom", "reader")) as server, server.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (3,)
        for statement in (f"DELETE FROM {table}", "CREATE TABLE mine (id int)"):
            server.rollback()
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)


@pytest.mark.parametrize(
    ("role", "database"), [("reader", "airflow"), ("loader", "metastore"), ("metastore", "ecom")]
)
def test_a_role_stays_out_of_other_databases(
    platform: Settings, role: postgres.Role, database: str
) -> None:
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        postgres.connect(database, role)


def test_a_wrong_password_is_refused(platform: Settings) -> None:
    wrong = platform.model_copy(update={"postgres_reader_password": platform.airflow_jwt_secret})
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        postgres.connect("ecom", "reader", wrong)


def test_files_are_written_renamed_and_read(platform: Settings) -> None:
    files = Hdfs()
    folder = f"/tmp/{uuid.uuid4()}"
    files.write(f"{folder}/aside/part", b"rows")
    files.rename(f"{folder}/aside", f"{folder}/place")
    assert files.names(folder) == ["place"]
    assert files.read(f"{folder}/place/part") == b"rows"
    files.write(f"{folder}/place/part.new", b"other rows")
    files.replace(f"{folder}/place/part.new", f"{folder}/place/part")
    assert files.read(f"{folder}/place/part") == b"other rows"
    assert files.names(f"{folder}/place") == ["part"]
    with pytest.raises(FileNotFoundError):
        files.read(f"{folder}/place/none")
    files.make_folder(f"{folder}/other")
    with pytest.raises(FileExistsError):
        files.rename(f"{folder}/other", f"{folder}/place")
    with pytest.raises(FileNotFoundError):
        files.rename(f"{folder}/none", f"{folder}/elsewhere")
    assert files.delete(folder)
    assert not files.exists(folder)


def test_a_delta_table_shows_its_columns_over_http(platform: Settings) -> None:
    session = connect("test")
    session.sql("CREATE DATABASE IF NOT EXISTS trial")
    session.sql("SELECT 1 AS id, 'a' AS word").write.format("delta").mode("overwrite").saveAsTable(
        "trial.words"
    )
    assert query("SELECT * FROM trial.words").rows == [(1, "a")]
    described = query("DESCRIBE trial.words").rows
    assert [row[:2] for row in described][:2] == [("id", "int"), ("word", "string")]
    place = session.sql("DESCRIBE DETAIL trial.words").first()
    assert place is not None
    assert place["location"].startswith(f"{platform.lake}/warehouse/")
    session.sql("DROP DATABASE trial CASCADE")
    session.stop()


def test_the_engine_speaks_utc(platform: Settings) -> None:
    session = connect("test")
    row = session.sql("SELECT current_timezone() AS zone").first()
    # an open session would try to say goodbye to a server that is gone, for minutes
    session.stop()
    assert row is not None
    assert row["zone"] == "UTC"


def test_changed_superuser_password_takes_effect_at_the_next_start(platform: Settings) -> None:
    home = platform.postgres_home.parent / f"rotated-{uuid.uuid4().hex[:8]}"
    (port,) = free_ports(1)
    try:
        for password in ("first", "it's \\ the $econd"):
            changed = {"postgres_port": port, "postgres_superuser_password": SecretStr(password)}
            config = platform.model_copy(update=changed)
            environment = process_environment(config) | {"LAKEHOUSE_POSTGRES_DATA": str(home)}
            with subprocess.Popen([SERVICES / "postgres" / "run"], env=environment) as server:
                try:
                    await_login(config)
                finally:
                    server.send_signal(signal.SIGINT)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def await_login(config: Settings, seconds: float = 60) -> None:
    """Return once the superuser may log in."""
    until = time.monotonic() + seconds
    while True:
        try:
            postgres.connect("postgres", "superuser", config).close()
            return
        except psycopg2.OperationalError:
            if time.monotonic() > until:
                raise
        time.sleep(0.2)


def test_sqoop_imports_a_table_as_avro(platform: Settings, table: str, tmp_path: Path) -> None:
    reader = postgres.login("ecom", "reader")
    password = tmp_path / "password"
    password.touch(mode=0o600)
    password.write_text(reader.password)
    target = f"/tmp/{table}"
    arguments = [
        *("import", "--connect", reader.jdbc, "--username", reader.user),
        *("--password-file", f"file://{password}", "--table", table, "--as-avrodatafile"),
        *("--num-mappers", "1", "--target-dir", target),
    ]
    run_sqoop(arguments, tmp_path / "work")
    # its default is a folder in /tmp that belongs to the first user of the machine
    assert (tmp_path / "work/staging").is_dir()
    files = Hdfs()
    part = next(name for name in files.names(target) if name.endswith(".avro"))
    (tmp_path / part).write_bytes(files.read(f"{target}/{part}"))
    with (tmp_path / part).open("rb") as stream:
        rows = sorted(fastavro.reader(stream), key=lambda row: row["id"])
    assert [row["word"] for row in rows] == ["olá", None, ""]
    assert rows[0]["at"] == 1514766600000
    with pytest.raises(SqoopError, match="already exists"):
        run_sqoop(arguments, tmp_path / "again")


def test_airflow_runs_a_dag(platform: Settings) -> None:
    dag = platform.dags_dir / "trial.py"
    dag.write_text(
        "from airflow.sdk import dag, task\n"
        "@dag(schedule=None)\n"
        "def trial():\n"
        "    @task\n"
        "    def look():\n"
        "        from lakehouse.platform.hdfs import Hdfs\n"
        "        print('folders', Hdfs().names('/lakehouse'))\n"
        "    look()\n"
        "trial()\n"
    )
    airflow = Airflow()
    airflow.wait_until_parsed({"trial"})
    run = airflow.trigger("trial", run_id="once")
    assert airflow.wait_for_run("trial", run, 120) == "success"
    assert [task["state"] for task in airflow.task_instances("trial", run)] == ["success"]
    assert [run["dag_run_id"] for run in airflow.runs("trial")] == ["once"]
    assert "warehouse" in airflow.task_log("trial", run, "look", 1)


def test_failure_that_would_repeat_is_not_retried_and_its_error_is_shown(
    platform: Settings,
) -> None:
    dag = platform.dags_dir / "silver_of_a_day_without_import.py"
    dag.write_text(
        "from lakehouse.workloads.shop import pipelines\n"
        "from lakehouse.orchestration.airflow_dags import dag_of\n"
        "silver = dag_of(pipelines.SILVER_MARKETING)\n"
    )
    started = time.monotonic()
    try:
        with pytest.raises(RunFailedError) as raised:
            follow(Airflow(), [SILVER_MARKETING], "1999-01-01", lambda steps: None)
    finally:
        dag.unlink()

    shown = str(raised.value)
    assert "attempt 1: AirflowFailException: " in shown
    assert "has no import of 1999-01-01" in shown
    # five attempts would take longer than their pauses of 5, 10, 20 and 40 s
    assert time.monotonic() - started < 75


def group_members(group: int) -> list[psutil.Process]:
    """Processes that the leader of a group has left behind."""
    return [p for p in psutil.process_iter() if p.pid != group and group_of(p.pid) == group]


def group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def working_in(folder: Path) -> list[psutil.Process]:
    """Processes whose working folder lies there."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(folder):
                found.append(process)
    return found


def test_killed_servers_come_back(platform: Settings) -> None:
    # all at once: acceptance tests kill them one by one
    supervisor = Supervisor(platform)
    processes = processes_of(load_services())
    before = {name: state.pid for name, state in supervisor.states().items() if state.pid}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    waiting = set(before)
    until = time.monotonic() + 180
    while waiting and time.monotonic() < until:
        states = supervisor.states()
        for name in sorted(waiting):
            back = states[name].state == "RUNNING" and states[name].pid != before[name]
            if back and ready(process_named(name, processes), platform):
                waiting.remove(name)
        time.sleep(0.5)
    assert not waiting, {name: supervisor.states()[name] for name in waiting}
    left = {name: group_members(pid) for name, pid in before.items()}
    assert not any(left.values()), "children of killed servers still run"


def test_restart_replaces_one_server(platform: Settings) -> None:
    before = Supervisor(platform).states()
    answer = lakehouse("restart", "metastore")
    assert answer.returncode == 0, answer.stderr
    after = Supervisor(platform).states()
    changed = {name for name in before if before[name].pid != after[name].pid}
    assert changed == {"metastore"}


def test_a_taken_port_stops_up_before_it_starts(platform: Settings) -> None:
    # another platform, its ports held by this one
    os.environ["LAKEHOUSE_STATE_DIR"] = str(platform.state_dir.parent / "second")
    try:
        answer = lakehouse("up")
    finally:
        os.environ["LAKEHOUSE_STATE_DIR"] = str(platform.state_dir)
    assert answer.returncode == 1
    assert f"port {platform.airflow_port}" in answer.stderr
    assert "LAKEHOUSE_AIRFLOW_PORT" in answer.stderr
    assert not (platform.state_dir.parent / "second" / "logs").exists()


def test_down_leaves_no_process_and_up_finds_the_data(platform: Settings) -> None:
    Hdfs().write("/tmp/kept", b"still here")
    children = psutil.Process(Supervisor(platform).pid).children(recursive=True)
    assert len(children) > len(SERVERS)
    assert lakehouse("down").returncode == 0
    assert not working_in(platform.state_dir)
    assert not working_in(platform.postgres_home)
    assert not [child for child in children if child.is_running()]
    answer = lakehouse("up")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert Hdfs().read("/tmp/kept") == b"still here"
