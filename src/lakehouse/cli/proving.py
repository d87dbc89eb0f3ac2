"""The proof of the streams, as `verify --streams` shows it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakehouse.cli.common import console, print_json, say, say_result

if TYPE_CHECKING:
    from lakehouse.contracts.streams import Stream
    from lakehouse.serving.ledger import StreamLine
    from lakehouse.serving.stream_proof import Proof


def verify_streams(manifest: Path | None, wait: float, as_json: bool) -> bool:
    """Draw the balance of every stream, writing each line; whether all agree."""
    from lakehouse.platform.settings import settings
    from lakehouse.registry.catalog import STREAMS
    from lakehouse.serving.last_verify import keep

    proofs = prove_streams(manifest, wait, as_json, STREAMS)
    lines = [line for proof in proofs for line in proof.lines]
    keep("streams", len(lines), sum(not line.balanced for line in lines), settings())
    if as_json:
        print_json([proof_as_json(proof) for proof in proofs])
    return say_result(lines, quiet=as_json)


def prove_streams(
    manifest: Path | None, wait: float, quiet: bool, streams: Sequence[Stream]
) -> list[Proof]:
    """Reconcile streams, writing each line unless quiet."""
    from lakehouse.serving.stream_proof import prove, writer_at_work, written_by

    if writer_at_work() and not quiet:
        say("a writer is at work: the figures move while they are counted")
    written = written_by(manifest)
    proofs = []
    with _waiting(quiet=quiet) as tell:
        for proof in prove(written, wait, tell, streams=streams):
            proofs.append(proof)
            if not quiet:
                _print(proof)
    return proofs


def await_silver(wait: float) -> None:
    """Wait until silver holds what was written: a run towards gold takes what it finds there."""
    from lakehouse.serving import stream_proof

    with _waiting(quiet=False) as tell:
        reached = stream_proof.await_silver(stream_proof.written_by(None), wait, tell)
    if not reached:
        say(f"silver is still behind after {wait:.0f} s: gold gets the rest by its next run")


@contextmanager
def _waiting(quiet: bool) -> Iterator[Callable[[str], None]]:
    if quiet or not console.is_terminal:
        yield lambda what: None
        return
    with console.status("reading") as status:
        yield lambda what: status.update(what)


def _print(proof: Proof) -> None:
    if not any(line.hop == "log → raw" for line in proof.lines):
        say(f"     {proof.stream}: no log files: the comparison begins with the raw topic")
    for name in proof.unreadable:
        text = f"     {proof.stream}: not counted, cannot be read: {name}"
        console.print(text, markup=False, soft_wrap=True)
    for line in proof.lines:
        _print_line(line)
    if proof.doubles:
        told = ", ".join(f"{hop} {count:,}" for hop, count in proof.doubles.items())
        say(f"     {proof.stream}: delivered again, and known by their identity: {told}")
    if proof.gone:
        say(
            f"     {proof.stream}: {proof.gone:,} records of raw are in no log file: the file was "
            "deleted after it was read, or they came while this was counted; no difference"
        )
    if proof.forgotten:
        say(
            f"     {proof.stream}: the raw topic has let go of {proof.forgotten:,} messages, "
            "which are older than it keeps any: they cannot be balanced"
        )


def _print_line(line: StreamLine) -> None:
    mark = ("ok  ", "green") if line.balanced else ("DIFF", "red")
    found = f"{line.found:,}" if line.balanced else f"{line.found:,} instead of {line.expected:,}"
    say(
        mark,
        f" {line.hop:25} {line.table:12} {line.subject:17} {found:>12}  ",
        (line.how, "dim"),
    )
    for example in line.examples:
        say(f"       {example}")
    if line.remedy and not line.balanced:
        say(f"       {line.remedy}")


def proof_as_json(proof: Proof) -> dict[str, Any]:
    """A reconciliation for programs to read."""
    lines = [{**dataclasses.asdict(line), "balanced": line.balanced} for line in proof.lines]
    return {**dataclasses.asdict(proof), "lines": lines}
