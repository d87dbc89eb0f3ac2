"""What a process needs in which NiFi runs processors in Python. Knows no setting."""

from __future__ import annotations

import io
import os
import socket
import threading
import time
from base64 import b64decode
from typing import Any

LOOK_SECONDS = 0.5
PAUSE_SECONDS = 1.0
BUFFER_BYTES = 131_072


def settle() -> None:
    """Make the process end with its NiFi, answer at once, and take content as bytes; only once."""
    if not any(thread.name == _watch.__name__ for thread in threading.enumerate()):
        threading.Thread(
            target=_watch, args=(os.getppid(),), name=_watch.__name__, daemon=True
        ).start()
        _acknowledge_at_once()
        _take_content_as_bytes()


def pause() -> None:
    """Wait before something comes again: NiFi penalises nothing that a processor here fails at."""
    time.sleep(PAUSE_SECONDS)


def _watch(parent: int) -> None:
    """NiFi does not end its processes when it is killed: they would keep their connections."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(1)


class _Acknowledging(io.RawIOBase):
    """A socket's input that acknowledges whatever it has read."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._connection.recv_into(buffer)
        # the system withdraws it after each use
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return count


def _acknowledge_at_once() -> None:
    """Java sends content in pieces of 8 KB and waits for each to be acknowledged, here for 40 ms.

    Both sides mean well: the one waits to send more at once, the other to acknowledge more at once.
    """
    from nifiapi.__jvm__ import JvmHolder
    from py4j import java_gateway

    original = java_gateway.GatewayConnection.start

    def start(connection: Any) -> None:
        original(connection)
        _attend(connection)

    java_gateway.GatewayConnection.start = start
    for connection in list(JvmHolder.gateway._gateway_client.deque):
        _attend(connection)


def _attend(connection: Any) -> None:
    connection.stream = io.BufferedReader(_Acknowledging(connection.socket), BUFFER_BYTES)


def _take_content_as_bytes() -> None:
    """py4j would make a list with a number for each byte, eight times as large as the content."""
    from py4j import protocol

    protocol.register_output_converter(protocol.BYTES_TYPE, lambda encoded, _: b64decode(encoded))
