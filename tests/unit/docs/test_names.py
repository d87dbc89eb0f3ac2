"""Every link, command, setting, table, path and port that the documents name exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from lakehouse.cli.app import app
from lakehouse.contracts import cassandra
from lakehouse.contracts.model import Layer
from lakehouse.platform.services import load_services, processes_of
from lakehouse.platform.settings import PROJECT, Settings
from lakehouse.registry import catalog

PAGES = sorted(
    [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), *PROJECT.glob("benchmarks/**/*.md")]
)
# commands of the launcher itself, before Python is there
OF_LAUNCHER = {"lock"}
LAYERS = ("bronze", "silver", "gold", "quality", "quarantine")
COMPOSE = (PROJECT / "docker-compose.yml").read_text("utf-8")
# a table that a page shows how to add
EXAMPLE = "campaigns"
# variables that are no settings: read by the launcher, by tests or by services
OF_OTHERS = re.compile(
    r"(?:LAKEHOUSE_(?:SAMPLE_DATA|SOURCE_DIR|IMAGE_\w+|\w+_DATA|\w+_ASSEMBLY|HOME))\Z"
)


def every_page(test):  # type: ignore[no-untyped-def]
    """Run a test for each page."""
    return pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))(
        test
    )


def code_of(text: str) -> str:
    """Text in backticks and in fenced blocks, a line each."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    inline = re.findall(
        r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    )
    return "\n".join([*fenced, *inline])


def anchor(heading: str) -> str:
    """Name of a heading in links, as GitHub makes it."""
    bare = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", bare).replace(" ", "-")


@every_page
def test_a_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, part = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{page.name}: {target}"
        if part and file.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.M)
            assert part in map(anchor, headings), f"{page.name}: {target}"


@every_page
def test_a_command_is_one(page: Path) -> None:
    root = typer.main.get_command(app)
    code = code_of(page.read_text("utf-8"))
    for line in re.findall(r"\./lakehouse((?: +[^\s`|#;)]+)*)", code):
        words = line.split()
        while words[:1] == ["--runtime"]:
            words = words[2:]
        check_command(root, words, f"{page.name}: ./lakehouse{line}")


def check_command(command: Any, words: list[str], where: str) -> None:
    """Fail where a word names no command of a group, or an option is unknown."""
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        name = words.pop(0).strip(",.:")
        if not re.fullmatch(r"[a-z][a-z-]*", name) or name in OF_LAUNCHER:
            return
        assert name in command.commands, where
        command = command.commands[name]
    options = {one for parameter in command.params for one in parameter.opts} | {"--help", "-h"}
    options |= {one for parameter in command.params for one in parameter.secondary_opts}
    for word in words:
        if word == "--":
            return
        if re.fullmatch(r"--[a-z][a-z-]*", word.partition("=")[0]):
            assert word.partition("=")[0] in options, f"{where}: {word}"


@every_page
def test_a_setting_is_one(page: Path) -> None:
    known = {f"LAKEHOUSE_{name.upper()}" for name in Settings.model_fields}
    known |= set(re.findall(r"\$\{(LAKEHOUSE_\w+)", COMPOSE))
    for name in re.findall(r"LAKEHOUSE_[A-Z0-9_]*[A-Z0-9]", page.read_text("utf-8")):
        assert name in known or OF_OTHERS.match(name), f"{page.name}: {name}"


@every_page
def test_a_table_and_its_column_are_declared(page: Path) -> None:
    declared = [table for tables in catalog.LAYERS.values() for table in tables]
    known = {table.full_name: set(table.column_names) for table in declared}
    # every silver table has a quarantine of the same name; live tables have their keyspace
    known |= {f"quarantine.{table.name}": set() for table in catalog.LAYERS[Layer.SILVER]}
    known |= {table.full_name: {c.name for c in table.columns} for table in catalog.LIVE_TABLES}
    names = f"{'|'.join(LAYERS)}|{cassandra.KEYSPACE}"
    found = rf"(?<![\w./-])((?:{names})\.[a-z_]+)(?:\.([a-z_]+))?(?![\w(*]|/)"
    for name, column in re.findall(found, page.read_text("utf-8")):
        file = name.replace(".", "/")
        if column == "py" or list((PROJECT / "src/lakehouse").glob(f"{file}*")):
            continue
        assert name in known, f"{page.name}: {name}"
        assert not column or column in known[name], f"{page.name}: {name}.{column}"


@every_page
def test_a_path_exists(page: Path) -> None:
    tops = {one.name for one in PROJECT.iterdir() if one.is_dir() and one.name[0] != "."}
    for word in re.findall(r"(?<!`)`([\w./-]+)`(?!`)", page.read_text("utf-8")):
        is_example = re.search(r"\b[A-Z_]+\b", word) or EXAMPLE in word
        if "/" in word and word.split("/")[0] in tops and not is_example:
            assert (PROJECT / word).exists(), f"{page.name}: {word}"


@every_page
def test_a_port_is_that_of_a_server(page: Path) -> None:
    config = Settings(_env_file=None)
    known = {
        getattr(config, name)
        for name in Settings.model_fields
        if name.endswith("_port") and isinstance(getattr(config, name), int)
    }
    known |= {
        process.port(name, config)
        for process in processes_of(load_services())
        for name in process.ports
    }
    known |= {int(number) for number in re.findall(r":(\d+)[}\"']", COMPOSE)}
    for number in re.findall(r"(?:127\.0\.0\.1|localhost):(\d+)", page.read_text("utf-8")):
        assert int(number) in known, f"{page.name}: {number}"
