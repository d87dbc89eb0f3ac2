"""Servers of the platform bypass a proxy, Maven goes through it."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import requests

from lakehouse.platform.environment import process_environment
from lakehouse.platform.proxies import bypass, maven_options
from lakehouse.platform.settings import PROJECT, Settings

# a port that nobody listens on
PROXY = "http://127.0.0.2:9"
NAMESPACE = {"m": "http://maven.apache.org/SETTINGS/1.0.0"}


@pytest.fixture
def server() -> Iterator[str]:
    """A server of this machine."""
    running = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/"
    running.shutdown()
    running.server_close()


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with a proxy and without exceptions."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, PROXY)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_command_line_reaches_a_server_directly(server: str, proxied: pytest.MonkeyPatch) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(server, timeout=5)
    program = (
        "import sys, requests, typer\n"
        "from lakehouse.cli import app\n"
        f"app.app = lambda **_: print(requests.get({server!r}, timeout=5).status_code)\n"
        "app.main()\n"
    )
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "src")}
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )
    assert answer.stdout.strip() == "200", answer.stderr


def test_servers_reach_each_other_directly(proxied: pytest.MonkeyPatch) -> None:
    proxied.setenv("no_proxy", "intranet.example, .corp.example")
    config = Settings(_env_file=None, kafka_host="kafka.example")  # type: ignore[call-arg]
    environment = process_environment(config)
    excluded = environment["no_proxy"].split(",")
    assert environment["NO_PROXY"] == environment["no_proxy"]
    assert {"intranet.example", ".corp.example", "127.0.0.1", "localhost"} <= set(excluded)
    assert "kafka.example" in excluded
    assert environment["http_proxy"] == PROXY


def test_exceptions_are_not_repeated() -> None:
    config = Settings(_env_file=None)  # type: ignore[call-arg]
    once = bypass(config, {})
    assert bypass(config, once) == once


def test_maven_gets_the_proxies_beside_the_settings_of_its_installation(tmp_path: Path) -> None:
    maven = tmp_path / "maven/bin/mvn"
    installed = tmp_path / "maven/conf/settings.xml"
    for file in (maven, installed):
        file.parent.mkdir(parents=True)
    maven.touch()
    installed.write_text(
        f'<settings xmlns="{NAMESPACE["m"]}"><mirrors><mirror><id>near</id></mirror></mirrors>'
        "</settings>"
    )
    environment = {
        "https_proxy": "http://me:p%40ss@proxy.example:3128",
        "HTTP_PROXY": "proxy.example:8080",
        "no_proxy": "localhost,.corp.example",
    }
    option, file_name = maven_options(maven, tmp_path / "work", environment)
    assert option == "-gs"
    assert Path(file_name).stat().st_mode & 0o777 == 0o600
    root = ElementTree.parse(file_name).getroot()
    assert root.findtext("m:mirrors/m:mirror/m:id", namespaces=NAMESPACE) == "near"
    found = [
        {entry.tag.rpartition("}")[2]: entry.text for entry in proxy}
        for proxy in root.iterfind("m:proxies/m:proxy", NAMESPACE)
    ]
    common = {"active": "true", "nonProxyHosts": "localhost|*.corp.example"}
    assert found == [
        {
            "id": "http_proxy",
            "protocol": "http",
            "host": "proxy.example",
            "port": "8080",
            **common,
        },
        {
            "id": "https_proxy",
            "protocol": "https",
            "host": "proxy.example",
            "port": "3128",
            "username": "me",
            "password": "p@ss",
            **common,
        },
    ]


def test_maven_without_a_proxy_keeps_its_settings(tmp_path: Path) -> None:
    assert maven_options(tmp_path / "mvn", tmp_path, {"no_proxy": "localhost"}) == []
