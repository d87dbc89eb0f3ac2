"""Traffic of the shop: one endless sequence of lines for two logs, the same for the same seed."""

from __future__ import annotations

import random
from collections import deque
from typing import NamedTuple

from lakehouse.workloads.weblogs.generator import clients
from lakehouse.workloads.weblogs.generator.entries import Entry
from lakehouse.workloads.weblogs.generator.shop import Shop
from lakehouse.workloads.weblogs.generator.visits import Visit

_AT_ONCE = 100
# Steps before the first line: visitors are then at any step of the funnel, not all at the first.
_WARM_UP = 10 * _AT_ONCE
# Of the two lines of a step one may have to wait until its log is due; what waits longest is left
# out, as pages that a cache has answered never reach a web server.
_WAITING = 64
# with so many pages waiting there is no room for robots and files
_CROWDED = 32
_ROBOTS = 0.12
_STATIC_FILES = 0.2
# Seconds between bursts of errors, and of a burst.
_CALM = (40, 90)
_BURST = (2, 5)


class Lines(NamedTuple):
    """The next lines of each log."""

    requests: list[Entry]
    clicks: list[Entry]


class Traffic:
    """Visits side by side, robots in between, now and then a burst of errors.

    Args:
        shop: what visitors look at, and who they are.
        seed: the same seed gives the same lines.
        share_clicks: how many of all lines are clicks, 0 to 1.
        rate: lines a second; bursts of errors last some seconds.
    """

    def __init__(self, shop: Shop, seed: int, share_clicks: float, rate: float) -> None:
        self._shop, self._share, self._rate = shop, share_clicks, rate
        self._rng = random.Random(seed)
        self._sessions: dict[int, int] = {}
        self._requests: deque[Entry] = deque(maxlen=_WAITING)
        self._clicks: deque[Entry] = deque(maxlen=_WAITING)
        self._taken = 0
        self._failing = False
        self._until_change = self._lines_in(_CALM)
        self._visits = [self._arrival() for _ in range(_AT_ONCE)]
        for _ in range(_WARM_UP):
            self._walk()
        self._requests.clear()
        self._clicks.clear()

    def take(self, count: int) -> Lines:
        """The next lines, `count` in all."""
        lines = Lines([], [])
        for _ in range(count):
            self._taken += 1
            if self._clicks_in(self._taken) > self._clicks_in(self._taken - 1):
                lines.clicks.append(self._next_click())
            else:
                lines.requests.append(self._next_request())
            self._until_change -= 1
            if self._until_change <= 0:
                self._failing = not self._failing
                self._until_change = self._lines_in(_BURST if self._failing else _CALM)
        return lines

    def _clicks_in(self, lines: int) -> int:
        # what a fraction such as 0.3 lacks to be one must not cost a line
        return int(lines * self._share + 1e-6)

    def _next_click(self) -> Entry:
        while not self._clicks:
            self._walk()
        return self._clicks.popleft()

    def _next_request(self) -> Entry:
        chance = self._rng.random()
        if len(self._requests) > _CROWDED:
            return self._requests.popleft()
        if chance < _ROBOTS:
            return clients.robot(self._rng, self._shop)
        if chance < _ROBOTS + _STATIC_FILES:
            return clients.static_file(self._rng, self._rng.choice(self._visits))
        while not self._requests:
            self._walk()
        return self._requests.popleft()

    def _walk(self) -> None:
        """One visitor goes one step; who leaves makes room for another."""
        place = int(self._rng.random() * _AT_ONCE)
        visit = self._visits[place]
        told = visit.step(self._failing and self._rng.random() < 0.7)
        if told.request:
            self._requests.append(told.request)
        if told.click:
            self._clicks.append(told.click)
        if visit.over:
            self._visits[place] = self._arrival()

    def _arrival(self) -> Visit:
        """A visitor comes; some come back often, most seldom."""
        customers = self._shop.customers
        user = customers[int(len(customers) * self._rng.random() ** 3)]
        session = self._sessions.get(user, 0) + 1
        self._sessions[user] = session
        origin, agent = clients.address(self._rng), self._rng.choice(clients.BROWSERS)
        return Visit(self._rng, self._shop, user, session, origin, agent)

    def _lines_in(self, seconds: tuple[int, int]) -> int:
        return int(self._rng.uniform(*seconds) * self._rate) + 1
