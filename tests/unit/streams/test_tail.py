"""The reader of logs in NiFi, run without NiFi: each record once, through every rotation.

The classes are compiled from their sources; a process of Java reads at each `read`.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakehouse.contracts.streams import LONGEST_LINE_BYTES
from lakehouse.platform.java import find_jdk
from lakehouse.platform.settings import PROJECT, Settings
from lakehouse.serving.log_files import read_log_files
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG

SOURCES = PROJECT / "services/nifi/nar/src/main/java/lakehouse/nifi"
# those that need no class of NiFi
CLASSES = ("Chunk", "Fnv", "Known", "Listing", "LogFile", "Place", "Tail")
TRIAL = Path(__file__).parent / "tail/TailTrial.java"
NAMES = r"access\.log([.-].+)?"
LONGEST = LONGEST_LINE_BYTES
QUIET_MILLIS = 150


class Reader:
    """Reads a folder; `records` is what came out, by its identity and offset."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process, self._folder = process, folder
        self.log = folder / "access.log"
        self.records: dict[str, bytes] = {}
        self.delivered: Counter[bytes] = Counter()
        self.unreadable: dict[str, str] = {}
        self.state: dict[str, str] = {}
        self.is_upgraded = False
        self._do("forget")
        self.restart()

    def restart(self, longest: int = LONGEST) -> None:
        """As NiFi does after its end: nothing is left but the state."""
        options = (NAMES, longest, 8192, QUIET_MILLIS)
        self._do("open", str(self._folder), *map(str, options))

    def read(self, command: str = "read", times: int = 3) -> None:
        for _ in range(times):
            self._do(command)

    def settle(self) -> None:
        """Let rotated files become quiet."""
        self.read()
        time.sleep(QUIET_MILLIS / 1000 + 0.05)
        self.read()

    def upgrade_from(self, state: dict[str, str]) -> None:
        self.is_upgraded = True
        for key, text in state.items():
            self._do("set", key, text)

    def show_state(self) -> None:
        self._do("state")

    def _do(self, *command: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\t".join(command) + "\n")
        self._process.stdin.flush()
        for line in iter(self._process.stdout.readline, "end\n"):
            assert line, "the reader ended"
            kind, *words = line.rstrip("\n").split("\t")
            if kind == "lines":
                self._take(words[0], int(words[1]), base64.b64decode(words[2]))
            elif kind == "unreadable":
                self.unreadable[words[0]] = words[1]
            else:
                self.state[words[0]] = words[1]

    def _take(self, identity: str, offset: int, content: bytes) -> None:
        for line in content.removesuffix(b"\n").split(b"\n"):
            place = f"{identity}:{offset}"
            assert self.records.setdefault(place, line) == line
            self.delivered[line] += 1
            offset += len(line) + 1


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("classes")
    sources = [str(SOURCES / f"{name}.java") for name in CLASSES]
    subprocess.run(
        [find_jdk() / "bin/javac", "-Xlint:all", "-Werror", "-d", target, *sources, str(TRIAL)],
        check=True,
    )
    return target


@pytest.fixture(scope="module")
def java(classes: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [find_jdk() / "bin/java", "-cp", classes, "lakehouse.nifi.TailTrial"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.communicate()


@pytest.fixture
def reader(java: subprocess.Popen[str], tmp_path: Path) -> Reader:
    return Reader(java, tmp_path)


def lines(count: int, mark: str) -> bytes:
    return b"".join(
        f'203.0.113.{n % 250} "GET /{mark}/{n} HTTP/1.1" 200 {100 + n}\n'.encode()
        for n in range(count)
    )


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(content)


def copy_and_truncate(log: Path, to: Path) -> None:
    shutil.copy(log, to)
    os.truncate(log, 0)


def compress(path: Path, to: Path) -> None:
    to.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()


def assert_read(reader: Reader, *contents: bytes) -> None:
    """Each record of these contents came once, and nothing else."""
    expected = Counter(line for content in contents for line in content.splitlines())
    assert Counter(reader.records.values()) == expected
    assert reader.delivered == expected
    if not reader.is_upgraded:
        assert_reconciled(reader)


def assert_reconciled(reader: Reader) -> None:
    """Reconciliation of the files with what was read from them has no difference."""
    config = Settings(_env_file=None, weblogs_dir=reader.log.parent)
    counted = read_log_files(ACCESS_LOG, config)
    for place, record in reader.records.items():
        counted.publish(place.encode(), record)
    assert (counted.missing, counted.repeated) == (0, 0), counted.examples(5)


def test_log_emptied_with_echo_each_night_is_a_new_file(reader: Reader) -> None:
    nights = [b"\n" + lines(50, "a"), b"\n" + lines(20, "b"), b"\n" + lines(70, "c")]
    for night in nights:
        reader.log.write_bytes(b"\n")
        reader.read()
        append(reader.log, night[1:])
        reader.read()
    assert_read(reader, *nights)
    assert len({place.split(":")[0] for place in reader.records}) == len(nights)


def test_identity_of_an_emptied_log_never_comes_back(reader: Reader) -> None:
    for mark in ("a", "b", "c"):
        reader.log.write_bytes(b"\n")
        reader.read()
        append(reader.log, lines(2, mark))
        reader.read()
        reader.log.unlink()
        reader.restart()
    assert len(reader.records) == 9


@pytest.mark.parametrize(
    "first",
    [
        b"\n",
        b"#Version: 1.0\n",
        lines(1, "health"),
        b"\0" * 3000 + b"\n",
        b"\0" * (LONGEST + 9) + b"\n",
    ],
    ids=["blank", "header", "same_request", "nul", "more_nul_than_a_record_may_have"],
)
@pytest.mark.parametrize("first_longer", [True, False])
def test_files_with_the_same_beginning_are_two_files(
    reader: Reader, first: bytes, first_longer: bool
) -> None:
    a, b = (first + lines(n, m) for n, m in ((50, "a"), (20, "b")))
    old, new = (a, b) if first_longer else (b, a)
    reader.log.write_bytes(old)
    reader.read()
    reader.log.rename(reader.log.with_name("access.log.1"))
    reader.log.write_bytes(first)
    reader.read()
    append(reader.log, new[len(first) :])
    reader.settle()
    expected = [line[:LONGEST] for content in (old, new) for line in content.splitlines()]
    assert Counter(reader.records.values()) == Counter(expected)
    assert_reconciled(reader)


def test_file_of_a_header_only_then_the_next_with_the_same(reader: Reader) -> None:
    reader.log.write_bytes(b"#Version: 1.0\n")
    reader.read()
    reader.log.rename(reader.log.with_name("access.log.1"))
    reader.settle()
    reader.log.write_bytes(b"#Version: 1.0\n" + lines(5, "b"))
    reader.settle()
    assert_read(reader, b"#Version: 1.0\n", b"#Version: 1.0\n" + lines(5, "b"))


def test_rotation_of_debian_with_compression(reader: Reader) -> None:
    old, new, newer = lines(300, "old"), lines(50, "new"), lines(5, "newer")
    first, second = (reader.log.with_name(f"access.log.{n}") for n in ("1", "2.gz"))
    reader.log.write_bytes(old)
    reader.read()
    reader.log.rename(first)
    reader.log.write_bytes(new)
    reader.settle()
    compress(first, second)
    reader.log.rename(first)
    reader.log.write_bytes(newer)
    reader.settle()
    reader.restart()
    reader.settle()
    assert_read(reader, old, new, newer)


@pytest.mark.parametrize("records", [3, 300])
def test_archive_with_its_source_present_is_a_copy(reader: Reader, records: int) -> None:
    first, second = (reader.log.with_name(f"access.log.{n}") for n in ("1", "2.gz"))
    first.write_bytes(lines(records, "a"))
    reader.log.write_bytes(lines(5, "b"))
    reader.settle()
    second.write_bytes(gzip.compress(first.read_bytes()))
    shutil.copystat(first, second)
    reader.settle()
    first.unlink()
    reader.settle()
    assert_read(reader, lines(records, "a"), lines(5, "b"))


def test_archive_holds_what_was_written_while_the_reader_was_down(reader: Reader) -> None:
    half, rest, unseen = lines(300, "half"), lines(200, "rest"), lines(40, "unseen")
    reader.log.write_bytes(half)
    reader.read()
    append(reader.log, rest)
    compress(reader.log, reader.log.with_name("access.log.3.gz"))
    reader.log.write_bytes(unseen)
    compress(reader.log, reader.log.with_name("access.log.2.gz"))
    reader.restart()
    reader.settle()
    assert_read(reader, half, rest, unseen)


def test_archive_is_read_when_it_is_complete(reader: Reader) -> None:
    content = lines(3000, "a")
    whole = gzip.compress(content)
    archive = reader.log.with_name("access.log.2.gz")
    archive.write_bytes(whole[: len(whole) // 2])
    reader.settle()
    assert reader.records == {}
    assert "not complete" in reader.unreadable["access.log.2.gz"]
    archive.write_bytes(whole)
    reader.settle()
    assert_read(reader, content)


def test_archive_while_its_source_is_not_read_yet_loses_nothing(reader: Reader) -> None:
    content = lines(20_000, "a")
    source, archive = (reader.log.with_name(f"access.log.{n}") for n in ("1", "2.gz"))
    source.write_bytes(content)
    reader.restart(longest=8192)
    reader.read(times=1)
    archive.write_bytes(gzip.compress(content))
    os.utime(archive, (0, 0))
    reader.settle()
    assert len(reader.records) < 20_000
    source.unlink()
    reader.settle()
    reader.read(times=30)
    assert_read(reader, content)


def test_rotation_with_a_date_and_late_writes(reader: Reader) -> None:
    a, late, b = lines(100, "a"), lines(20, "late"), lines(30, "b")
    dated = reader.log.with_name("access.log-20261130")
    reader.log.write_bytes(a)
    reader.read()
    reader.log.rename(dated)
    append(dated, late[:300])
    reader.log.write_bytes(b)
    reader.read()
    append(dated, late[300:])
    reader.settle()
    assert_read(reader, a, late, b)


@pytest.mark.parametrize("again", [10, 100])
def test_copytruncate(reader: Reader, again: int) -> None:
    old, unread, new = lines(50, "old"), lines(7, "unread"), lines(again, "new")
    reader.log.write_bytes(old)
    reader.read()
    append(reader.log, unread)
    copy_and_truncate(reader.log, reader.log.with_name("access.log.1"))
    append(reader.log, new)
    reader.settle()
    assert_read(reader, old, unread, new)


def test_copy_in_progress_is_no_new_file(reader: Reader) -> None:
    content, copy = lines(500, "a"), reader.log.with_name("access.log.1")
    reader.log.write_bytes(content)
    reader.read()
    for end in (4096, 9000, len(content)):
        copy.write_bytes(content[:end])
        reader.settle()
    os.truncate(reader.log, 0)
    append(reader.log, lines(5, "b"))
    reader.settle()
    assert_read(reader, content, lines(5, "b"))


def test_sparse_file_after_truncation_under_a_writer_without_append(reader: Reader) -> None:
    with reader.log.open("wb") as writer:
        contents = []
        for night in ("a", "b", "c"):
            contents.append(lines(60, night))
            writer.write(contents[-1])
            writer.flush()
            reader.read()
            copy_and_truncate(reader.log, reader.log.with_name(f"access.log.{night}"))
            reader.settle()
    records = Counter(record.lstrip(b"\0") for record in reader.records.values())
    wanted = Counter(line for content in contents for line in content.splitlines())
    # the first record of each later night follows NULs, which may be too long for one record
    assert not {record for record in wanted - records if not record.endswith(b" 100")}
    assert sum(records.values()) >= sum(wanted.values())


def test_inode_that_is_used_again(reader: Reader) -> None:
    for mark, count in (("a", 20), ("b", 90), ("c", 5)):
        reader.log.write_bytes(lines(count, mark))
        reader.read()
        # the inode stays, as when a freed one is given to the next file
        os.truncate(reader.log, 0)
    assert_read(reader, lines(20, "a"), lines(90, "b"), lines(5, "c"))


def test_restored_and_copied_files_are_not_read_again(reader: Reader) -> None:
    content = lines(100, "a")
    reader.log.write_bytes(content)
    reader.read()
    shutil.copy(reader.log, reader.log.with_name("access.log.bak"))
    reader.settle()
    append(reader.log, lines(10, "b"))
    reader.settle()
    # the copy outlives what it was copied from
    reader.log.unlink()
    reader.settle()
    reader.restart()
    reader.settle()
    shutil.copy(reader.log.with_name("access.log.bak"), reader.log)
    reader.settle()
    assert_read(reader, content, lines(10, "b"))


def test_moved_file_on_another_disk_goes_on(reader: Reader) -> None:
    content = lines(100, "a")
    reader.log.write_bytes(content)
    reader.read()
    # a copy of another inode, as after a restore or a move to another disk
    shutil.copy(reader.log, reader.log.with_name("new"))
    reader.log.with_name("new").replace(reader.log)
    append(reader.log, lines(10, "b"))
    reader.restart()
    reader.read()
    assert_read(reader, content, lines(10, "b"))


def test_kill_before_commit_gives_the_same_identities(reader: Reader) -> None:
    header = b"#Version: 1.0\n"
    reader.log.write_bytes(header + lines(50, "a"))
    reader.read()
    reader.log.rename(reader.log.with_name("access.log.1"))
    reader.log.write_bytes(header + lines(30, "b"))
    reader.read("crash", times=1)
    reader.restart()
    reader.settle()
    # what was handed on twice has the same places
    assert len(reader.records) == 82
    assert {reader.delivered[line] for line in lines(30, "b").splitlines()} == {2}


def test_unreadable_file_is_named_and_the_others_are_read(reader: Reader) -> None:
    reader.log.with_name("access.log.1").write_bytes(lines(5, "secret"))
    os.chmod(reader.log.with_name("access.log.1"), 0)
    packed = reader.log.with_name("access.log.2.xz")
    packed.write_bytes(b"\xfd7zXZ\x00rest")
    reader.log.write_bytes(lines(50, "live"))
    reader.settle()
    assert "gzip" in reader.unreadable["access.log.2.xz"]
    if os.geteuid() != 0:
        assert reader.unreadable["access.log.1"] == "permission denied"
        assert_read(reader, lines(50, "live"))


def old_state(content: bytes, offset: int) -> dict[str, str]:
    """State of a version that identified a file by the hash of its first line only."""
    first = hashlib.sha256(content.split(b"\n")[0]).hexdigest()[:16]
    return {first: f"{offset} whole {int(time.time())}"}


@pytest.mark.parametrize("rotation", ["none", "renamed", "copied", "compressed"])
def test_half_read_log_of_an_older_version_goes_on(reader: Reader, rotation: str) -> None:
    content, offset = lines(100, "a"), len(lines(60, "a"))
    reader.upgrade_from(old_state(content, offset))
    reader.log.write_bytes(content)
    rotated = reader.log.with_name("access.log.1")
    if rotation == "renamed":
        reader.log.rename(rotated)
    elif rotation == "copied":
        copy_and_truncate(reader.log, rotated)
    elif rotation == "compressed":
        compress(reader.log, rotated.with_name("access.log.1.gz"))
    append(reader.log, lines(10, "b"))
    reader.settle()
    assert_read(reader, content[offset:], lines(10, "b"))
    (identity,) = old_state(content, offset)
    assert f"{identity}:{offset}" in reader.records


def test_file_read_by_an_older_version_differs_from_one_with_the_same_beginning(
    reader: Reader,
) -> None:
    old, new = b"\n" + lines(50, "a"), b"\n" + lines(20, "b")
    reader.upgrade_from(old_state(old, len(old)))
    reader.log.with_name("access.log.1").write_bytes(old)
    reader.log.write_bytes(new)
    reader.settle()
    assert_read(reader, new)


def test_state_forgets_files_that_are_gone(reader: Reader) -> None:
    reader.upgrade_from({"0123456789abcdef": "10 whole 1"})
    reader.log.write_bytes(lines(5, "a"))
    reader.read()
    reader.show_state()
    assert "0123456789abcdef" not in reader.state
    assert len([key for key in reader.state if " " not in key]) == 1
