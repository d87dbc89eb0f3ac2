"""The platform of the whole test session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lakehouse.platform.settings import Settings, settings
from lakehouse.platform.trial import trial_platform


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of running batch servers, the same for all tests of the session.

    Inside a container they run already: what uses them is then tested there (tests/containers).
    """
    if settings().runtime == "docker":
        yield settings()
        return
    # with a blank, as in a checkout that is called `my shop`
    with trial_platform(tmp_path_factory.mktemp("my lake"), "batch") as config:
        yield config
