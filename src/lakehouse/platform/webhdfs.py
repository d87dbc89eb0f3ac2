"""The few calls of WebHDFS that a writer of files needs, with an address instead of settings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import quote

import requests

TIMEOUT = 30.0


@dataclass(frozen=True)
class Entry:
    """A file or folder inside a folder, and when it was last changed, UTC."""

    name: str
    is_folder: bool
    changed_at: dt.datetime


class WebHdfs:
    """Files on HDFS at an address such as `http://127.0.0.1:9870`.

    Every method raises `requests.RequestException` where HDFS does not answer or refuses.
    """

    def __init__(self, address: str, user: str) -> None:
        self._root = f"{address.rstrip('/')}/webhdfs/v1"
        self._user = user
        self._session = requests.Session()
        # servers of our own: no proxy of the environment stands between
        self._session.trust_env = False

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder."""
        answer = self._session.get(
            self._url(path), params=self._asked("GETFILESTATUS"), timeout=TIMEOUT
        )
        if answer.status_code == requests.codes.not_found:
            return False
        answer.raise_for_status()
        return True

    def entries(self, path: str) -> list[Entry]:
        """What is inside a folder; nothing where there is no such folder."""
        answer = self._session.get(
            self._url(path), params=self._asked("LISTSTATUS"), timeout=TIMEOUT
        )
        if answer.status_code == requests.codes.not_found:
            return []
        answer.raise_for_status()
        return [
            Entry(
                found["pathSuffix"],
                found["type"] == "DIRECTORY",
                dt.datetime.fromtimestamp(found["modificationTime"] / 1000, dt.UTC),
            )
            for found in answer.json()["FileStatuses"]["FileStatus"]
        ]

    def put(self, path: str, content: bytes, aside: str) -> None:
        """Write a file so that it is there at once as a whole; leave one that is there.

        It is written to the path `aside` and then renamed.
        """
        if self.exists(path):
            return
        self._create(aside, content)
        self._call("MKDIRS", path.rsplit("/", 1)[0], permission="755")
        renamed = self._call("RENAME", aside, destination=path)
        if not renamed and not self.exists(path):
            raise requests.RequestException(f"{aside} could not be renamed to {path}")

    def _create(self, path: str, content: bytes) -> None:
        asked = self._asked("CREATE", overwrite="true")
        # the name node tells which data node takes the content
        answer = self._session.put(
            self._url(path), params=asked, allow_redirects=False, timeout=TIMEOUT
        )
        answer.raise_for_status()
        place = answer.headers["Location"]
        self._session.put(place, data=content, timeout=TIMEOUT).raise_for_status()

    def _call(self, operation: str, path: str, **asked: str) -> bool:
        answer = self._session.put(
            self._url(path), params=self._asked(operation, **asked), timeout=TIMEOUT
        )
        answer.raise_for_status()
        return bool(answer.json()["boolean"])

    def _url(self, path: str) -> str:
        return self._root + quote(path)

    def _asked(self, operation: str, **asked: str) -> dict[str, str]:
        return {"op": operation, "user.name": self._user, **asked}
