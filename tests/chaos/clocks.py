"""A clock that a test sets back, for chosen processes only: a library preloaded into them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import Supervisor

SOURCE = Path(__file__).with_name("clock.c")


class FakeClock:
    """The real-time clock of every process that is started with its environment.

    Monotonic clocks go on as they are, as they do when an administrator sets the clock back.
    """

    def __init__(self, folder: Path) -> None:
        self._library, self._offset = folder / "clock.so", folder / "offset"
        compile_ = ["cc", "-shared", "-fPIC", "-O2", "-o", str(self._library), str(SOURCE)]
        subprocess.run(compile_, check=True)
        self._offset.write_bytes(bytes(8))

    @property
    def environment(self) -> dict[str, str]:
        """Variables that give a process this clock."""
        return {"LD_PRELOAD": str(self._library), "TEST_CLOCK_OFFSET": str(self._offset)}

    def set_back(self, seconds: int) -> None:
        """Set the clock back by this much from the real time, in running processes too."""
        # in place: the processes have mapped the file
        with self._offset.open("r+b") as file:
            file.write((-seconds).to_bytes(8, "little", signed=True))

    def give(self, name: str, config: Settings) -> None:
        """Start a server of the platform again, with this clock."""
        file = config.run_dir / "supervisord.conf"
        variables = ",".join(f'{key}="{value}"' for key, value in self.environment.items())
        section = f"[program:{name}]\n"
        text = file.read_text("utf-8")
        assert section in text
        file.write_text(text.replace(section, f"{section}environment={variables}\n"), "utf-8")
        supervisor = Supervisor(config)
        supervisor._reload()
        supervisor.start(name)
