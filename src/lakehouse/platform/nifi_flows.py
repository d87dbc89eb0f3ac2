"""The flows in NiFi: brought from their files, started, stopped, compared with the running ones."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lakehouse.platform.errors import UnknownNameError
from lakehouse.platform.nifi import NifiError, NifiSession
from lakehouse.platform.nifi_parameters import CONTEXT, PARAMETERS
from lakehouse.platform.settings import PROJECT, Settings, settings
from lakehouse.registry.catalog import STREAMS

FOLDER = PROJECT / "nifi-templates"
# consumers hold a thread each while they wait for messages
THREADS = 20
PATIENCE = 90.0
RUNNING, STOPPED = "RUNNING", "STOPPED"
Say = Callable[[str], None]
# what decides how a component works; its place on the canvas is people's own
_PROCESSOR = (
    "type",
    "schedulingPeriod",
    "penaltyDuration",
    "yieldDuration",
    "concurrentlySchedulableTaskCount",
    "runDurationMillis",
    "bulletinLevel",
)
_CONNECTION = ("backPressureObjectThreshold", "backPressureDataSizeThreshold", "flowFileExpiration")


@dataclass(frozen=True)
class ProcessorStatus:
    """What a processor did in the last five minutes."""

    group: str
    name: str
    state: str
    tasks: int
    flow_files_in: int
    flow_files_out: int
    queued: str


def templates(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """The files of flows, by the name of their process group."""
    found = {}
    for file in sorted(folder.glob("*.json")):
        flow = json.loads(file.read_text("utf-8"))
        found[flow["flowContents"]["name"]] = flow
    return found


class NifiFlows:
    """Flows of a running NiFi. Every method raises NifiError where NiFi refuses."""

    def __init__(self, config: Settings | None = None) -> None:
        self._config = config or settings()
        self._nifi = NifiSession(self._config)

    def deploy(self, say: Say, names: Iterable[str] = ()) -> None:
        """Bring flows to what their files say; what is the same already is left alone."""
        self._give_threads()
        self._give_parameters()
        present = self._groups()
        for name, flow in self._chosen(names).items():
            if name not in present:
                self._import(flow)
                say(f"{name} deployed")
            elif self._differences_of(present[name]["id"], flow):
                self._replace(present[name]["id"], flow)
                say(f"{name} replaced")

    def start(self, names: Iterable[str] = ()) -> None:
        """Start every processor of the flows, once all are able to.

        Raises:
            NifiError: a processor is not valid, or does not start.
        """
        for identifier in self._deployed(names).values():
            _wait_for_none(partial(self._invalid, identifier))
            self._schedule(identifier, RUNNING)

    def stop(self, names: Iterable[str] = ()) -> None:
        """Stop the flows; what is in their queues stays there."""
        for identifier in self._deployed(names).values():
            self._schedule(identifier, STOPPED)

    def status(self) -> list[ProcessorStatus]:
        """Every processor of the deployed flows."""
        return [
            _status(group, processor, self._queues_before(identifier))
            for group, identifier in self._deployed(()).items()
            for processor in self._processors(identifier)
        ]

    def differences(self) -> list[str]:
        """In what the running flows and parameters differ from files and settings, in words."""
        present = self._groups()
        found = self._parameter_differences()
        for name, flow in templates().items():
            if name not in present:
                found.append(f"{name}: is not deployed")
            else:
                found += [
                    f"{name}: {one}" for one in self._differences_of(present[name]["id"], flow)
                ]
        return found

    def _chosen(self, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        flows = templates()
        wanted = list(names) or list(flows)
        for name in wanted:
            if name not in flows:
                raise UnknownNameError("flow", name, flows)
        return {name: flows[name] for name in wanted}

    def _groups(self) -> dict[str, dict[str, Any]]:
        flow = self._nifi.get("/flow/process-groups/root")["processGroupFlow"]["flow"]
        return {one["component"]["name"]: one for one in flow["processGroups"]}

    def _deployed(self, names: Iterable[str]) -> dict[str, str]:
        present = self._groups()
        chosen = self._chosen(names)
        missing = [name for name in chosen if name not in present]
        if missing:
            raise NifiError(f"{missing[0]} is not deployed: run ./lakehouse nifi deploy")
        return {name: present[name]["id"] for name in chosen}

    def _processors(self, group: str) -> list[dict[str, Any]]:
        return list(self._nifi.get(f"/process-groups/{group}/processors")["processors"])

    def _connections(self, group: str) -> list[dict[str, Any]]:
        return list(self._nifi.get(f"/process-groups/{group}/connections")["connections"])

    def _give_threads(self) -> None:
        found = self._nifi.get("/controller/config")
        if found["component"]["maxTimerDrivenThreadCount"] != THREADS:
            component = {"maxTimerDrivenThreadCount": THREADS}
            self._nifi.put(
                "/controller/config", {"revision": found["revision"], "component": component}
            )

    def _give_parameters(self) -> None:
        """Make the parameter context, or update it; what uses a changed value starts again."""
        wanted = [_parameter(name, value) for name, value in self._values().items()]
        context = self._context()
        if context is None:
            component: dict[str, Any] = {"name": CONTEXT, "parameters": wanted}
            body: dict[str, Any] = {"revision": {"version": 0}, "component": component}
            self._nifi.post("/parameter-contexts", body)
        elif self._parameter_differences():
            identifier = str(context["id"])
            component = {"id": identifier, "name": CONTEXT, "parameters": wanted}
            body = {"id": identifier, "revision": context["revision"], "component": component}
            self._request(f"/parameter-contexts/{identifier}/update-requests", body)

    def _values(self) -> dict[str, str]:
        return {one.name: one.value(self._config) for one in PARAMETERS}

    def _context(self) -> dict[str, Any] | None:
        contexts = self._nifi.get("/flow/parameter-contexts")["parameterContexts"]
        return next((one for one in contexts if one["component"]["name"] == CONTEXT), None)

    def _parameter_differences(self) -> list[str]:
        context = self._context()
        entries = context["component"]["parameters"] if context else []
        live = {one["parameter"]["name"]: one["parameter"].get("value") for one in entries}
        return [
            f"parameter {name}: is {live.get(name)}, settings say {value}"
            for name, value in self._values().items()
            if live.get(name) != value
        ]

    def _import(self, flow: dict[str, Any]) -> None:
        root = self._nifi.get("/flow/process-groups/root")["processGroupFlow"]["id"]
        content = flow["flowContents"]
        body = {
            "revisionDTO": {"version": 0},
            "groupName": content["name"],
            "positionDTO": content["position"],
            "flowSnapshot": flow,
        }
        self._nifi.post(f"/process-groups/{root}/process-groups/import", body)

    def _replace(self, group: str, flow: dict[str, Any]) -> None:
        """Change a group in its place: what is in queues that stay is kept.

        NiFi refuses where a queue that would go holds something.
        """
        was_running = self._running(group)
        self._schedule(group, STOPPED)
        revision = self._nifi.get(f"/process-groups/{group}")["revision"]
        body = {"processGroupRevision": revision, "versionedFlowSnapshot": flow}
        self._request(f"/process-groups/{group}/replace-requests", body, "/process-groups")
        if was_running:
            self._schedule(group, RUNNING)

    def _request(self, path: str, body: dict[str, Any], root: str = "") -> None:
        """Ask for something that NiFi does in the background, and wait for it."""
        asked = self._nifi.post(path, body)["request"]
        identifier = asked["requestId"]
        place = f"{root}/replace-requests/{identifier}" if root else f"{path}/{identifier}"
        until = time.monotonic() + PATIENCE
        while not asked["complete"] and time.monotonic() < until:
            time.sleep(0.2)
            asked = self._nifi.get(place)["request"]
        self._nifi.delete(place)
        if asked.get("failureReason") or not asked["complete"]:
            raise NifiError(f"NiFi refuses the change: {asked.get('failureReason', 'too slow')}")

    def _running(self, group: str) -> bool:
        return any(one["component"]["state"] == RUNNING for one in self._processors(group))

    def _schedule(self, group: str, state: str) -> None:
        self._nifi.put(f"/flow/process-groups/{group}", {"id": group, "state": state})

        def others() -> list[str]:
            return [
                f"{one['component']['name']} is {one['component']['state']}"
                for one in self._processors(group)
                if one["component"]["state"] != state or (state == STOPPED and _active(one))
            ]

        _wait_for_none(others)

    def _invalid(self, group: str) -> list[str]:
        """Processors that cannot run: those in Python take a moment until they can."""
        return [
            f"{one['component']['name']}: {'; '.join(one['component'].get('validationErrors', []))}"
            for one in self._processors(group)
            if one["component"]["validationStatus"] != "VALID"
        ]

    def _queues_before(self, group: str) -> dict[str, str]:
        queues: dict[str, list[str]] = {}
        for one in self._connections(group):
            waiting = one["status"]["aggregateSnapshot"]["queued"]
            if not waiting.startswith("0 "):
                queues.setdefault(one["component"]["destination"]["name"], []).append(waiting)
        return {name: ", ".join(waiting) for name, waiting in queues.items()}

    def _differences_of(self, group: str, flow: dict[str, Any]) -> list[str]:
        content = flow["flowContents"]
        live = {one["component"]["name"]: one["component"] for one in self._processors(group)}
        links = {_link(one["component"]): one["component"] for one in self._connections(group)}
        wanted = {one["name"]: one for one in content["processors"]}
        wanted_links = {_link(one): one for one in content["connections"]}
        found = [f"{name} is missing" for name in wanted.keys() - live.keys()]
        found += [f"{name} is not in the file" for name in live.keys() - wanted.keys()]
        found += [f"connection {name} is missing" for name in wanted_links.keys() - links.keys()]
        found += [
            f"connection {name} is not in the file" for name in links.keys() - wanted_links.keys()
        ]
        for name in wanted.keys() & live.keys():
            found += _processor_differences(wanted[name], live[name])
        for name in wanted_links.keys() & links.keys():
            found += _changed(f"connection {name}", _CONNECTION, wanted_links[name], links[name])
        return sorted(found)


def bootstrap(config: Settings) -> None:
    """Deploy the flows and start them. May run again at any time."""
    flows = NifiFlows(config)
    prepare_log_folders(config)
    flows.deploy(lambda line: None)
    flows.start()


def prepare_log_folders(config: Settings) -> None:
    """Create the folders of logs; one that cannot be created is no error if another has a log.

    Raises:
        NifiError: no folder can be read from.
    """
    folders = [Path(one.value(config)) for one in PARAMETERS if one.name.startswith("logs.")]
    refused = []
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            refused.append(f"{folder}: {error.strerror}")
    if folders and len(refused) == len(folders):
        expected = ", ".join(f"{one.name}/{one.log_file}" for one in STREAMS if one.log)
        raise NifiError(
            f"LAKEHOUSE_WEBLOGS_DIR={config.weblogs_dir} has no log to read: it should hold "
            f"{expected}, or one of these files itself ({'; '.join(refused)})"
        )


def _parameter(name: str, value: str) -> dict[str, Any]:
    description = next(one.description for one in PARAMETERS if one.name == name)
    return {
        "parameter": {
            "name": name,
            "description": description,
            "sensitive": False,
            "value": value,
        }
    }


def _active(processor: dict[str, Any]) -> bool:
    return bool(processor["status"]["aggregateSnapshot"].get("activeThreadCount"))


def _link(connection: dict[str, Any]) -> str:
    relationships = ", ".join(sorted(connection["selectedRelationships"]))
    return f"{connection['source']['name']} ({relationships}) → {connection['destination']['name']}"


def _processor_differences(wanted: dict[str, Any], live: dict[str, Any]) -> list[str]:
    name, config = wanted["name"], live["config"]
    found = _changed(name, _PROCESSOR, wanted, config | {"type": live["type"]})
    ended = sorted(one["name"] for one in live["relationships"] if one["autoTerminate"])
    if ended != wanted["autoTerminatedRelationships"]:
        found.append(f"{name}: ends {', '.join(ended)}")
    for key, value in config["properties"].items():
        standard = config["descriptors"].get(key, {}).get("defaultValue")
        expected = wanted["properties"].get(key, standard)
        if value != expected:
            found.append(f"{name}: {key} is {value}, the file says {expected}")
    return found


def _changed(
    name: str, keys: tuple[str, ...], wanted: dict[str, Any], live: dict[str, Any]
) -> list[str]:
    return [
        f"{name}: {key} is {live[key]}, the file says {wanted[key]}"
        for key in keys
        if str(live[key]) != str(wanted[key])
    ]


def _status(group: str, processor: dict[str, Any], queues: dict[str, str]) -> ProcessorStatus:
    did = processor["status"]["aggregateSnapshot"]
    name = processor["component"]["name"]
    return ProcessorStatus(
        group=group,
        name=name,
        state=did["runStatus"].lower(),
        tasks=did["taskCount"],
        flow_files_in=did["flowFilesIn"],
        flow_files_out=did["flowFilesOut"],
        queued=queues.get(name, ""),
    )


def _wait_for_none(obstacles: Callable[[], list[str]]) -> None:
    until = time.monotonic() + PATIENCE
    while found := obstacles():
        if time.monotonic() > until:
            raise NifiError(
                f"NiFi is not as it should be after {PATIENCE:.0f} s: {'; '.join(found)}"
            )
        time.sleep(0.3)
