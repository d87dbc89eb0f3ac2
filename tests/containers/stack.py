"""A platform in containers for the tests: its own project, secrets and ports, gone afterwards."""

from __future__ import annotations

import io
import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from containers.kernel import Watch
from lakehouse.platform.secrets import completed
from lakehouse.platform.settings import PROJECT
from lakehouse.platform.trial import free_ports

# the tests of streams ask Prometheus too
PROFILES = ("--profile", "batch", "--profile", "stream", "--profile", "monitoring")
VENDORS = ("console", "grafana")
PUBLISHED = (
    *("AIRFLOW", "CONSOLE", "DASHBOARD", "GRAFANA", "JUPYTER", "METRICS", "NAMENODE_HTTP", "NIFI"),
    *("PROMETHEUS", "SPARK_CONNECT", "SPARK_THRIFT", "SUPERSET"),
)


class Stack:
    """The project's own compose files, under a name that no other platform has."""

    def __init__(self, name: str, folder: Path, *overlays: str) -> None:
        self._secrets = folder / "secrets.env"
        self._secrets.touch(mode=0o600)
        self.secrets = completed("")
        self._secrets.write_text(self.secrets, encoding="utf-8")
        self._files = ("docker-compose.yml", *overlays)
        self._name = name
        ports = zip(PUBLISHED, free_ports(len(PUBLISHED)), strict=True)
        self._environment = os.environ | {
            f"LAKEHOUSE_{port}_PORT": str(number) for port, number in ports
        }
        # names of containers are those of the whole machine
        self._environment["LAKEHOUSE_STREAMING_CONTAINER"] = f"{name}-streaming"
        # as for a trial on local processes: no run of another day comes between
        self._environment["LAKEHOUSE_SCHEDULES"] = "false"
        # and no table is built by chance
        self._environment["LAKEHOUSE_RECHECK_SHARE"] = "0"
        self._watch = Watch(name, folder / "ended")

    def port(self, name: str) -> int:
        """The number under which a port of `PUBLISHED` is published."""
        return int(self._environment[f"LAKEHOUSE_{name}_PORT"])

    def secret(self, name: str) -> str:
        """A generated secret."""
        found = dotenv_values(stream=io.StringIO(self.secrets))[f"LAKEHOUSE_{name.upper()}"]
        assert found is not None
        return found

    def leave_out_what_cannot_be_had(self) -> None:
        """Of vendors, what cannot be pulled: taken out of every profile, as init.sh does."""
        for vendor in VENDORS:
            if self.compose("pull", "--policy", "missing", vendor).returncode:
                self._environment[f"LAKEHOUSE_{vendor.upper()}"] = "unavailable"

    def compose(self, *arguments: str, seconds: float = 1200) -> subprocess.CompletedProcess[str]:
        """Run docker compose on it, whatever comes of that."""
        return subprocess.run(
            self._words(*arguments),
            capture_output=True,
            text=True,
            timeout=seconds,
            env=self._environment,
        )

    def _words(self, *arguments: str) -> list[str]:
        files = [word for file in self._files for word in ("--file", str(PROJECT / file))]
        named = ["--project-name", self._name, "--env-file", str(self._secrets)]
        return ["docker", "compose", *named, *files, *PROFILES, *arguments]

    def must(self, *arguments: str, seconds: float = 1200) -> str:
        """What docker compose says where it ends well."""
        answer = self.compose(*arguments, seconds=seconds)
        assert answer.returncode == 0, f"{arguments}: {answer.stdout}{answer.stderr}"
        return answer.stdout

    def up(self) -> None:
        """Start what does not run, and wait until all of it is healthy."""
        self.must("up", "--detach", "--wait")

    def remove(self) -> None:
        """End all of it, commands at work too, and delete its data."""
        self._watch.close()
        every = ("--profile", "all", "--profile", "cli")
        self.must(*every, "down", "--volumes", "--timeout", "10")

    def command(self, *arguments: str, mounts: tuple[str, ...] = ()) -> list[str]:
        """Words for `compose`: one call of the command line inside the network."""
        volumes = [word for mount in mounts for word in ("--volume", mount)]
        return ["run", "--rm", "--no-TTY", *volumes, "cli", *arguments]

    def lakehouse(self, *arguments: str) -> str:
        """The output of a command that ends well."""
        return self.must(*self.command(*arguments))

    def python(self, program: str) -> str:
        """The output of a program that ends well, inside the network."""
        return self.must("run", "--rm", "--no-TTY", "--entrypoint", "python", "cli", "-c", program)

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        """A command at work, its output kept for the end."""
        return subprocess.Popen(
            self._words(*self.command(*arguments)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
        )

    def lakehouse_json(self, *arguments: str) -> Any:
        """What a command writes as JSON."""
        return json.loads(self.lakehouse(*arguments, "--json"))

    def containers(self) -> dict[str, dict[str, Any]]:
        """Every container by its service, as docker compose tells of it."""
        lines = self.must("ps", "--all", "--format", "json").splitlines()
        return {found["Service"]: found for found in map(json.loads, lines)}

    def services(self) -> dict[str, dict[str, Any]]:
        """Every service of the profiles, as docker compose understands its files."""
        found = json.loads(self.must("config", "--format", "json"))["services"]
        return dict(found)

    def servers(self) -> list[str]:
        """Services that run for good."""
        found = self.services().items()
        return [name for name, service in found if service.get("restart") != "no"]

    def starts(self) -> dict[str, str]:
        """When each server was started last."""
        found = self.containers()
        names = [found[name]["Name"] for name in self.servers()]
        command = ["docker", "inspect", "--format", "{{.State.StartedAt}}", *names]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        return dict(zip(names, answer.stdout.split(), strict=True))

    def ended_by_the_kernel(self) -> list[str]:
        """The service of each process that took more memory than it may, and was ended."""
        return self._watch.ended()

    def differences(self) -> list[dict[str, Any]]:
        """Lines of the proofs, of batch and streams, that do not balance."""
        batch = self.compose(*self.command("verify", "--json"))
        streams = self.compose(*self.command("verify", "--streams", "--wait", "240", "--json"))
        lines = [*json.loads(batch.stdout)]
        lines += [line for proof in json.loads(streams.stdout) for line in proof["lines"]]
        assert len(lines) > 100, "the proofs look at everything"
        return [line for line in lines if not line["balanced"]]


def until(true: Callable[[], bool], seconds: float = 120) -> None:
    """Wait for something that comes by itself."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(2)
