"""Categories of the products that the live page ranks, from gold."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable

from lakehouse.platform.settings import settings
from lakehouse.serving.dashboard.history import History
from lakehouse.serving.dashboard.live_view import BARS, RANKED
from lakehouse.serving.dashboard.source import Clock, utc_now
from lakehouse.serving.thrift import Answer, query, reader

# ids come from logs, and become part of a query
_SAFE = re.compile(r"[\w-]{1,64}", re.ASCII)
# gold may be built, or gain products, while the page is open
_ASK_AGAIN = dt.timedelta(minutes=1)


def _as_reader(statement: str) -> Answer:
    return query(statement, reader(settings()))


class ProductCategories:
    """Queries the category of each ranked product once."""

    def __init__(
        self, history: History, ask: Callable[[str], Answer] = _as_reader, clock: Clock = utc_now
    ) -> None:
        self._history = history
        self._ask = ask
        self._clock = clock
        self._known: dict[str, str] = {}
        self._asked: dict[str, dt.datetime] = {}

    def read(self) -> dict[str, str]:
        """Categories by product id.

        Raises:
            lakehouse.serving.thrift.QueryError: Spark does not answer, or gold is not built.
        """
        now = self._clock()
        due = [name for name in self._ranked(now) if self._is_due(name, now)]
        self._asked |= dict.fromkeys(due, now)
        if due:
            ids = ", ".join(f"'{name}'" for name in sorted(due))
            answer = self._ask(
                "SELECT product_id, product_category_name_english FROM gold.dim_product "
                f"WHERE product_id IN ({ids})"
            )
            self._known |= {str(name): str(category) for name, category in answer.rows if category}
        return dict(self._known)

    def _ranked(self, now: dt.datetime) -> Iterable[str]:
        names: set[str] = set()
        for minutes in BARS:
            ranked = self._history.ranking("top_products", now - dt.timedelta(minutes=minutes))
            for by in (ranked.events, ranked.amounts):
                names.update(name for name, _ in by.most_common(RANKED))
        return names

    def _is_due(self, name: str, now: dt.datetime) -> bool:
        if name in self._known or not _SAFE.fullmatch(name):
            return False
        return name not in self._asked or now - self._asked[name] >= _ASK_AGAIN
