"""A small file system client for HDFS, over WebHDFS, as the user `lakehouse`.

Paths are absolute inside HDFS, such as `/lakehouse/bronze`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from lakehouse.platform.settings import Settings, settings

if TYPE_CHECKING:
    from fsspec.implementations.webhdfs import WebHDFS

USER = "lakehouse"


class Hdfs:
    """Files and folders on HDFS; every method raises OSError where the server refuses."""

    def __init__(self, config: Settings | None = None) -> None:
        self._config = config or settings()

    @functools.cached_property
    def _client(self) -> WebHDFS:
        from fsspec.implementations.webhdfs import WebHDFS

        return WebHDFS(
            self._config.namenode_host,
            port=self._config.namenode_http_port,
            user=USER,
            # without it, answers would be remembered, and others change the folders too
            use_listings_cache=False,
            skip_instance_cache=True,
        )

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder."""
        return bool(self._client.exists(path))

    def make_folder(self, path: str, mode: str = "755") -> None:
        """Make a folder and those above it; no harm where it is there."""
        self._client._call("MKDIRS", method="put", path=path, permission=mode)

    def names(self, path: str) -> list[str]:
        """Names inside a folder, sorted.

        Raises:
            FileNotFoundError: there is no such folder.
        """
        return sorted(entry["name"].rsplit("/", 1)[-1] for entry in self.entries(path))

    def entries(self, path: str) -> list[dict[str, Any]]:
        """Status of everything inside a folder, as WebHDFS names it; `type` in lower case."""
        return list(self._client.ls(path, detail=True))

    def size(self, path: str) -> int:
        """Bytes in a file, or in all files below a folder."""
        return int(self._client.content_summary(path)["length"])

    def rename(self, old: str, new: str) -> None:
        """Move a file or folder in one step: others see it at the one place or the other.

        Raises:
            FileExistsError: the new name is taken (HDFS would move the old one into it).
            FileNotFoundError: there is nothing under the old name.
        """
        if self.exists(new):
            raise FileExistsError(new)
        answer = self._client._call("RENAME", method="put", path=old, destination=new).json()
        if not answer["boolean"]:
            raise FileNotFoundError(f"{old} could not be renamed to {new}")

    def replace(self, old: str, new: str) -> None:
        """Move a file in one step, over a file of the new name if there is one.

        Raises:
            FileNotFoundError: there is nothing under the old name.
        """
        self._client._call(
            "RENAME", method="put", path=old, destination=new, renameoptions="OVERWRITE"
        )

    def delete(self, path: str) -> bool:
        """Delete a file or folder with everything in it; whether there was one."""
        answer = self._client._call("DELETE", method="delete", path=path, recursive="true")
        return bool(answer.json()["boolean"])

    def write(self, path: str, content: bytes) -> None:
        """Write a small file, replacing what is there."""
        with self._client.open(path, "wb") as stream:
            stream.write(content)

    def read(self, path: str) -> bytes:
        """The content of a file.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return bytes(self._client._call("OPEN", path=path).content)


def bootstrap(config: Settings) -> None:
    """Make the folders that servers expect. May run again at any time."""
    files = Hdfs(config)
    for folder in ("/lakehouse/managed", "/lakehouse/warehouse"):
        files.make_folder(folder)
    files.make_folder("/tmp", mode="1777")
