"""Which processors a library has code for is read from the code itself."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Literal

import pytest

from lakehouse.platform.architectures import UNUSED, Artefact, machine_of, of_assembly

MACHINES = {"amd64": 62, "arm64": 183, "riscv64": 243}


def binary(architecture: str, *, order: Literal["little", "big"] = "little") -> bytes:
    """The start of a Linux binary."""
    ident = b"\x7fELF\x02" + (b"\x01" if order == "little" else b"\x02") + bytes(10)
    kind = (3).to_bytes(2, order)
    return ident + kind + MACHINES[architecture].to_bytes(2, order)


def archive(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("head", "machine"),
    [
        (binary("amd64"), "amd64"),
        (binary("arm64"), "arm64"),
        (binary("arm64", order="big"), "arm64"),
        (binary("riscv64"), "other"),
        (b"\xca\xfe\xba\xbe" + bytes(20), ""),
        (b"\x7fELF", ""),
    ],
)
def test_the_head_of_a_file_tells_its_machine(head: bytes, machine: str) -> None:
    assert machine_of(head) == machine


def test_jars_of_one_library_count_together_also_inside_another(tmp_path: Path) -> None:
    (tmp_path / "net-4.1.2.Final-linux-x86_64.jar").write_bytes(archive({"a.so": binary("amd64")}))
    (tmp_path / "net-4.1.2.Final-linux-aarch_64.jar").write_bytes(
        archive({"a.so": binary("arm64")})
    )
    inner = archive({"x/b.so": binary("amd64"), "x/c.txt": b"no code"})
    (tmp_path / "own-nar-2.3.0.nar").write_bytes(archive({"lib/pack-1.0.jar": inner}))
    (tmp_path / "plain-1.0.jar").write_bytes(archive({"A.class": b"\xca\xfe\xba\xbe"}))

    found = of_assembly("a service", tmp_path)

    assert found == [
        Artefact("a service", "net", ("amd64", "arm64")),
        Artefact("a service", "pack", ("amd64",)),
    ]
    assert [artefact.complete for artefact in found] == [True, False]


def test_code_that_nothing_calls_may_be_missing_and_the_note_says_why(tmp_path: Path) -> None:
    name = next(iter(UNUSED))
    (tmp_path / f"{name}-1.8.jar").write_bytes(archive({"l.so": binary("amd64")}))
    (found,) = of_assembly("hdfs", tmp_path)
    assert found.complete
    assert found.note == UNUSED[name]
