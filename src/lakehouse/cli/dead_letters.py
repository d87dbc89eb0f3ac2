"""Commands for lines of streams that were set aside: `dead-letters list`, `dead-letters replay`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from lakehouse.cli.common import JsonOption, print_json, say
from lakehouse.cli.completion import stream_names
from lakehouse.contracts.streams import REASONS, Stream
from lakehouse.registry.catalog import STREAMS

if TYPE_CHECKING:
    from lakehouse.serving.dead_letters import DeadLetter

StreamOption = Annotated[
    str | None, typer.Option(help="One stream; all if left out.", autocompletion=stream_names)
]
ReasonOption = Annotated[str | None, typer.Option(help="One reason; all if left out.")]

app = typer.Typer(
    help="Lines of streams that were set aside: list them, replay them after a fix.",
    no_args_is_help=True,
)


def register(parent: typer.Typer) -> None:
    """Add the commands of this module, below `dead-letters`."""
    parent.add_typer(app, name="dead-letters")


@app.command("list")
def list_(
    stream: StreamOption = None,
    reason: ReasonOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Lines a stream at most, newest.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List lines that are not clean by now: reason, place, and how they begin."""
    from lakehouse.serving.dead_letters import still_aside

    found = {s.name: still_aside(s, _reason(reason)) for s in _streams(stream)}
    if as_json:
        print_json({name: [one.message for one in all_[-limit:]] for name, all_ in found.items()})
        return
    for name, letters in found.items():
        for letter in letters[-limit:]:
            _print(name, letter)
        if len(letters) > limit:
            say(f"{name}: {len(letters):,} in all, --limit shows more")
    if not any(found.values()):
        say("no line is set aside")


@app.command()
def replay(
    stream: StreamOption = None, reason: ReasonOption = None, as_json: JsonOption = False
) -> None:
    """Send lines to the raw topic again: after a fix they become clean, as the same events."""
    from lakehouse.serving.dead_letters import replay as send_again

    told = {s.name: send_again(s, _reason(reason)) for s in _streams(stream)}
    if as_json:
        print_json({name: dataclasses.asdict(one) for name, one in told.items()})
        return
    for name, one in told.items():
        if one.sent:
            say(f"{name}: {one.sent:,} sent again, {one.clean:,} clean now, {one.aside:,} aside")
        if one.unknown:
            say(f"{name}: {one.unknown:,} not judged yet: is the driver up? ./lakehouse status")
    if not any(one.sent for one in told.values()):
        say("no line is set aside")


def _streams(name: str | None) -> tuple[Stream, ...]:
    from lakehouse.platform.errors import UnknownNameError

    found = tuple(stream for stream in STREAMS if name in (None, stream.name))
    if not found:
        raise UnknownNameError("stream", str(name), [stream.name for stream in STREAMS])
    return found


def _reason(name: str | None) -> str | None:
    from lakehouse.platform.errors import UnknownNameError

    known = [reason.name for reason in REASONS]
    if name is not None and name not in known:
        raise UnknownNameError("reason", name, known)
    return name


def _print(stream: str, letter: DeadLetter) -> None:
    message = letter.message
    say(
        (stream, "bold"),
        f" {message['received_at']} ",
        (letter.reason, "red"),
        f" at {message['place']} ({message['topic']} {message['partition']}:{message['offset']})",
    )
    say(f"  {message['detail']}")
    say(f"  {message['line'][:160]}")
