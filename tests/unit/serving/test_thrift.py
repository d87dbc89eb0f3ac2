"""What people are told when the Thrift server cannot be reached."""

from __future__ import annotations

import pytest

from lakehouse.platform.settings import settings
from lakehouse.platform.trial import free_ports
from lakehouse.serving import thrift


def test_a_server_that_is_not_there_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (free,) = free_ports(1)
    here = settings().model_copy(update={"spark_thrift_port": free})
    monkeypatch.setattr(thrift, "settings", lambda: here)
    with pytest.raises(thrift.QueryError, match=f":{free} does not answer .*lakehouse up"):
        thrift.query("SELECT 1", thrift.Login("nobody", "nothing"))
