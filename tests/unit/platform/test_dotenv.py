"""Values of `.env`: the same as Docker Compose reads, or refused with a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lakehouse.platform.dotenv import InvalidLineError, read_dotenv
from lakehouse.platform.settings import InvalidSettingError, read_settings

READ = (
    "plain",
    "ab[red]cd",
    "'w[/x]y'",
    '"ab[red]cd"',
    "with blank inside   ",
    "value # comment",
    "value#nocomment",
    "#hash",
    "'# hash'",
    "'pa$word'",
    "'pa$$word'",
    "'${HOME}'",
    "${HOME}/folder",
    '"${NOWHERE:-default}"',
    '"pa\'quote"',
    "'pa\"quote'",
    'pa"quote',
    "back\\slash",
    "'back\\slash'",
    '"back\\\\slash"',
    "'it\\'s'",
    "",
    '""',
    "''",
    "a=b=c",
    '"two\\nlines"',
    "a;b&c|d`e`",
)
REFUSED = ("pa$word", "pa$$word", '"pa$word"', '"pa\\$word"', "'a' b")


def compose_reads(folder: Path, count: int) -> dict[str, str]:
    """Values as Compose hands them to a container."""
    names = [f"N{number}" for number in range(count)]
    compose = {"services": {"one": {"image": "x", "environment": {n: f"${{{n}}}" for n in names}}}}
    (folder / "compose.yml").write_text(json.dumps(compose))
    command = [str(Path(sys.executable).parent / "docker-compose"), "-f", "compose.yml", "config"]
    answer = subprocess.run(
        [*command, "--format", "json"], cwd=folder, capture_output=True, text=True, check=True
    )
    found = json.loads(answer.stdout)["services"]["one"]["environment"]
    # `config` doubles a dollar, so that its output can be read again
    return {name: value.replace("$$", "$") for name, value in found.items()}


def test_values_are_those_of_compose(tmp_path: Path) -> None:
    lines = [f"N{number}={value}\n" for number, value in enumerate(READ)]
    (tmp_path / ".env").write_text("".join(lines))
    assert read_dotenv(tmp_path / ".env") == compose_reads(tmp_path, len(READ))


@pytest.mark.parametrize("value", REFUSED)
def test_ambiguous_value_is_refused_by_name_and_line(value: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"FIRST=1\n\nLAKEHOUSE_X={value}\n")
    with pytest.raises(InvalidLineError, match="line 3") as caught:
        read_dotenv(file)
    assert "\n" not in str(caught.value)


def test_environment_is_expanded_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("N0", "from outside")
    (tmp_path / ".env").write_text("N0=here\nN1=${N0}\n")
    assert read_dotenv(tmp_path / ".env")["N1"] == compose_reads(tmp_path, 2)["N1"]


def test_blank_value_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("LAKEHOUSE_AIRFLOW_PORT=\nLAKEHOUSE_KAFKA_PORT=1234\n")
    monkeypatch.setenv("LAKEHOUSE_KAFKA_PORT", "")
    config = read_settings(file)
    assert (config.airflow_port, config.kafka_port) == (6060, 1234)


@pytest.mark.parametrize(
    ("line", "setting"),
    [
        ("LAKEHOUSE_AIRFLOW_PORT=6o60", "LAKEHOUSE_AIRFLOW_PORT"),
        ("LAKEHOUSE_INGEST_ENGINE=Sqoop", "INGEST_ENGINE"),
        ("LAKEHOUSE_SCHEDULES=perhaps", "LAKEHOUSE_SCHEDULES"),
        ("LAKEHOUSE_THRIFT_READER_PASSWORD=a$b", "LAKEHOUSE_THRIFT_READER_PASSWORD"),
    ],
)
def test_invalid_value_is_one_sentence_with_the_setting(
    line: str, setting: str, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text(f"{line}\n")
    with pytest.raises(InvalidSettingError, match=setting) as caught:
        read_settings(file)
    assert "\n" not in str(caught.value)


def test_invalid_value_ends_a_command_without_stack_trace() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "lakehouse", "status"],
        env={**os.environ, "LAKEHOUSE_AIRFLOW_PORT": "6o60"},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1
    assert "LAKEHOUSE_AIRFLOW_PORT" in answer.stderr
    assert "Traceback" not in answer.stderr
