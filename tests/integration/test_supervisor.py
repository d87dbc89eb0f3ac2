"""The supervisor dies: its servers are found again, and `up` and `down` get past them."""

from __future__ import annotations

import json

import pytest

from integration.killing import kill_supervisor
from integration.launching import lakehouse
from lakehouse.platform.leftovers import find_leftovers
from lakehouse.platform.ports import taken_ports
from lakehouse.platform.services import load_services, processes_of
from lakehouse.platform.status import ORPHANED
from lakehouse.platform.supervise import Supervisor
from lakehouse.platform.trial import trial_platform


def test_up_and_down_end_what_a_killed_supervisor_leaves(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    # one overwrites its environment, the others drop their settings
    with trial_platform(tmp_path_factory.mktemp("my shop"), "postgres", "prometheus") as config:
        servers = {state.pid for state in Supervisor(config).states().values() if state.pid}
        assert len(servers) == 3
        kill_supervisor(config)
        assert servers <= {process.pid for process in find_leftovers(config)}
        shown = json.loads(lakehouse("status", "--json").stdout)
        orphaned = [one["name"] for one in shown if one["alarm"] == ORPHANED]
        assert sorted(orphaned) == ["node-exporter", "postgres", "prometheus"]
        for profile in ("postgres", "prometheus"):
            answer = lakehouse("up", profile)
            assert answer.returncode == 0, answer.stderr
        again = {state.pid for state in Supervisor(config).states().values() if state.pid}
        assert len(again) == 3
        assert not servers & again
        kill_supervisor(config)
        answer = lakehouse("down")
        assert answer.returncode == 0, answer.stderr
        assert list(find_leftovers(config)) == []
        assert taken_ports(processes_of(load_services()), config) == []
