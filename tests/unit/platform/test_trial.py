"""Settings of an ephemeral platform."""

from __future__ import annotations

from lakehouse.platform.settings import Settings
from lakehouse.platform.trial import port_settings


def test_only_ports_that_our_servers_listen_on_are_replaced() -> None:
    names = set(port_settings())
    ports = {name for name in Settings.model_fields if name.endswith("_port")}

    assert names <= ports
    assert ports - names == {"smtp_port"} | {n for n in ports if n.endswith("_published_port")}
