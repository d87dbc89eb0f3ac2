"""HTTP to the Thrift server as JDBC drivers speak it: one login, then the cookie given for it."""

from __future__ import annotations

import base64

from thrift.transport.THttpClient import THttpClient

from lakehouse.serving.thrift import Login


class LoggedIn(THttpClient):
    """Sends a login until the server has given a cookie, and that with every request.

    The parent sends a cookie back once and forgets it: every second request would be a login, for
    which the engine reads all its configuration files.

    Args:
        url: where the server is, with its path.
        login: whom to log in.
    """

    def __init__(self, url: str, login: Login) -> None:
        super().__init__(url)
        name = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
        # kept beside the cookie: a server that was started anew knows none of those it gave
        self._login = {"Authorization": f"Basic {name}"}
        self.setCustomHeaders(self._login)

    def flush(self) -> None:
        """Send what was written, and read the answer's head."""
        super().flush()
        if cookie := self.headers.get("Set-Cookie"):
            del self.headers["Set-Cookie"]
            self.setCustomHeaders(self._login | {"Cookie": cookie.split(";", 1)[0]})
