"""How NiFi's processes in Python take content."""

import tracemalloc

import pytest
from py4j import protocol

from lakehouse.platform import nifi_child

CONTENT = bytes(range(256)) * 4096


def _peak() -> int:
    """Bytes that decoding the content takes at most, itself among them."""
    encoded = protocol.encode_bytearray(CONTENT)
    tracemalloc.start()
    try:
        decoded = protocol.OUTPUT_CONVERTER[protocol.BYTES_TYPE](encoded, None)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert decoded == CONTENT
    return peak


def test_content_takes_a_small_multiple_of_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    converters = dict(protocol.OUTPUT_CONVERTER)
    monkeypatch.setattr(protocol, "OUTPUT_CONVERTER", converters)
    assert _peak() > 8 * len(CONTENT)

    nifi_child._take_content_as_bytes()

    assert _peak() < 4 * len(CONTENT)
