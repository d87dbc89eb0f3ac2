"""A taken port is told before anything starts."""

from __future__ import annotations

import os
import socket

import pytest

from lakehouse.platform.doctor import examine
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.ports import require_free_ports, unresolved_name
from lakehouse.platform.services import load_services, process_named, processes_of
from lakehouse.platform.settings import Settings


def test_a_taken_port_names_port_setting_and_holder() -> None:
    postgres = process_named("postgres", processes_of(load_services()))
    with socket.create_server(("127.0.0.1", 0)) as holder:
        number = holder.getsockname()[1]
        with pytest.raises(PlatformError) as caught:
            require_free_ports([postgres], Settings(postgres_port=number))
    message = str(caught.value)
    assert f"port {number}" in message
    assert "LAKEHOUSE_POSTGRES_PORT" in message
    assert f"process {os.getpid()}" in message


def test_a_free_port_is_fine() -> None:
    postgres = process_named("postgres", processes_of(load_services()))
    with socket.create_server(("127.0.0.1", 0)) as holder:
        number = holder.getsockname()[1]
    require_free_ports([postgres], Settings(postgres_port=number))


def test_machine_whose_name_has_no_address_is_named_with_the_line_for_hosts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # reserved: it resolves nowhere
    monkeypatch.setattr(socket, "gethostname", lambda: "shop.invalid")
    assert "`127.0.1.1 shop.invalid` to /etc/hosts" in unresolved_name()
    found = next(one for one in examine(Settings()) if one.check == "host name")
    assert not found.ok
    assert "127.0.1.1 shop.invalid" in found.remedy
    monkeypatch.setattr(socket, "gethostname", lambda: "localhost")
    assert unresolved_name() == ""
