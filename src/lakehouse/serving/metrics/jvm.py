"""What a HotSpot JVM tells of itself in the file that it keeps mapped for tools of its machine.

Reading that file costs the JVM nothing, where an agent inside it would cost memory in each. The
form is that of `jstat`: a header, then entries of a name and a value.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

_MAGIC = 0xCAFEC0C0
_HEADER = struct.Struct("<4xBBBBiiqii")
_ENTRY = struct.Struct("<iiibBBBi")
_LONG = ord("J")


@dataclass(frozen=True)
class Jvm:
    """Figures of a JVM.

    Attributes:
        heap_used: bytes.
        heap_max: bytes.
        gc_seconds: time spent collecting garbage.
        threads: live threads.
    """

    heap_used: int
    heap_max: int
    gc_seconds: float
    threads: int


def counters_file(pid: int, root: Path = Path("/tmp")) -> Path | None:
    """The file of a JVM; nothing where the process is none, or keeps none."""
    return next(root.glob(f"hsperfdata_*/{pid}"), None)


def read(file: Path) -> Jvm:
    """The figures that the file holds now.

    Raises:
        ValueError: it has another form.
        OSError: it is gone.
    """
    content = file.read_bytes()
    counters = long_counters(content)
    spaces = [
        name for name in counters if name.startswith("sun.gc.generation.") and "space" in name
    ]
    generations = [counters.get(f"sun.gc.generation.{n}.maxCapacity", 0) for n in range(2)]
    # either generation of that collector may take the whole heap
    shared = b"GarbageFirst\0" in content
    ticks = counters.get("sun.os.hrt.frequency", 0) or 1
    return Jvm(
        heap_used=sum(counters[name] for name in spaces if name.endswith(".used")),
        heap_max=max(generations) if shared else sum(generations),
        gc_seconds=sum(
            count
            for name, count in counters.items()
            if name.startswith("sun.gc.collector.") and name.endswith(".time")
        )
        / ticks,
        threads=counters.get("java.threads.live", 0),
    )


def long_counters(content: bytes) -> dict[str, int]:
    """The whole numbers among the entries, by name.

    Raises:
        ValueError: the content has another form.
    """
    if len(content) < _HEADER.size or struct.unpack_from(">I", content)[0] != _MAGIC:
        raise ValueError("not the counters of a JVM")
    little, major, _, ready, _, _, _, place, entries = _HEADER.unpack_from(content)
    if little != 1 or major != 2 or not ready:
        raise ValueError("counters of an unknown form, or of a JVM that is still starting")
    found = {}
    for _ in range(entries):
        length, name_at, vector, kind, _, _, _, data_at = _ENTRY.unpack_from(content, place)
        if vector == 0 and kind == _LONG:
            end = content.index(b"\0", place + name_at)
            name = content[place + name_at : end].decode()
            found[name] = struct.unpack_from("<q", content, place + data_at)[0]
        place += length
    return found
