"""Proxies that the environment names: servers of the platform bypass them, Maven uses them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from lakehouse.platform.settings import Settings

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAMESPACE = "http://maven.apache.org/SETTINGS/1.0.0"


def bypass(config: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """`no_proxy` in both spellings: what the user excludes, and every host of the platform."""
    hosts = (
        getattr(config, name)
        for name in type(config).model_fields
        if name.endswith("_host") and name != "smtp_host"
    )
    excluded = dict.fromkeys([*_excluded(environment), *_LOOPBACK, *filter(None, hosts)])
    text = ",".join(excluded)
    return {"no_proxy": text, "NO_PROXY": text}


def maven_options(maven: Path, folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Options for Maven, which reads proxies from its settings only.

    The proxies are added to a copy of the installation's settings; the user's own settings.xml
    stays in force and wins.

    Args:
        maven: the command.
        folder: takes the copy.
        environment: may name proxies.
    """
    proxies = [found for scheme in _DEFAULT_PORTS if (found := _proxy(scheme, environment))]
    if not proxies:
        return []
    ElementTree.register_namespace("", _NAMESPACE)
    installed = maven.resolve().parent.parent / "conf" / "settings.xml"
    root = (
        ElementTree.parse(installed).getroot()
        if installed.exists()
        else ElementTree.Element(f"{{{_NAMESPACE}}}settings")
    )
    section = root.find(f"{{{_NAMESPACE}}}proxies")
    if section is None:
        section = ElementTree.SubElement(root, f"{{{_NAMESPACE}}}proxies")
    for proxy in proxies:
        entry = ElementTree.SubElement(section, f"{{{_NAMESPACE}}}proxy")
        for name, value in proxy.items():
            ElementTree.SubElement(entry, f"{{{_NAMESPACE}}}{name}").text = value
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "maven-settings.xml"
    # it may hold the password of the proxy
    file.touch(mode=0o600)
    file.write_bytes(ElementTree.tostring(root))
    return ["-gs", str(file)]


def _proxy(scheme: str, environment: Mapping[str, str]) -> dict[str, str] | None:
    """The proxy of a scheme, as elements of Maven's settings."""
    variable = f"{scheme}_proxy"
    text = environment.get(variable) or environment.get(variable.upper())
    if not text:
        return None
    url = urlsplit(text if "://" in text else f"http://{text}")
    # hosts that Java matches by a pattern
    skipped = (f"*{host}" if host.startswith(".") else host for host in _excluded(environment))
    found = {
        "id": variable,
        "active": "true",
        "protocol": scheme,
        "host": url.hostname or "",
        "port": str(url.port or _DEFAULT_PORTS.get(url.scheme, 80)),
        "username": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        "nonProxyHosts": "|".join(skipped),
    }
    return {name: value for name, value in found.items() if value}


def _excluded(environment: Mapping[str, str]) -> list[str]:
    text = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    return [host.strip() for host in text.split(",") if host.strip()]


def bypass_for_this_process(config: Settings) -> None:
    """Let clients in this process, and processes started from it, reach servers directly."""
    os.environ.update(bypass(config, os.environ))
