"""A visit of the shop: its way down the funnel, told by both logs."""

from __future__ import annotations

import random
from typing import NamedTuple

from lakehouse.workloads.weblogs.contracts.streams import FUNNEL
from lakehouse.workloads.weblogs.generator.entries import Entry, click, request
from lakehouse.workloads.weblogs.generator.rates import furthest_step
from lakehouse.workloads.weblogs.generator.shop import Product, Shop

HOME = "https://loja.example"
_LANDINGS = ("https://www.google.com/", "https://www.instagram.com/", "", "", "")
_CAMPAIGNS = ("", "", "", "?utm_source=newsletter", "?utm_source=google&utm_medium=cpc")


class Told(NamedTuple):
    """What a step of a visit leaves behind: a line in either log, or in one of them."""

    request: Entry | None
    click: Entry | None


class Visit:
    """One session of a visitor; `step` walks on, `over` is true when it has ended.

    How far down the funnel it comes is drawn when it begins: it ends no earlier, and goes no
    further.
    """

    __slots__ = (
        "_at",
        "_category",
        "_furthest",
        "_known",
        "_page",
        "_product",
        "_reached",
        "_rng",
        "_shop",
        "address",
        "agent",
        "over",
        "session",
        "user",
    )

    def __init__(
        self, rng: random.Random, shop: Shop, user: int, session: int, address: str, agent: str
    ) -> None:
        self.user, self.session, self.address, self.agent = user, session, address, agent
        self.over = False
        self._rng, self._shop = rng, shop
        self._at, self._known = "landing", False
        self._furthest, self._reached = furthest_step(rng.random()), 0
        self._page = rng.choice(_LANDINGS)
        self._product: Product = rng.choice(shop.products)
        self._category = self._product.category

    @property
    def page(self) -> str:
        """The address of the page that the visitor sees."""
        return self._page

    def step(self, failing: bool) -> Told:
        """The next thing that the visitor does.

        Args:
            failing: the shop's servers answer with errors; the visitor will try again.
        """
        if failing:
            return self._refused()
        return getattr(self, f"_from_{self._at}")(self._rng.random())

    def _from_landing(self, chance: float) -> Told:
        self._at = "pages"
        if chance < 0.6:
            return self._visited("page_view", "/" + self._rng.choice(_CAMPAIGNS))
        return self._listing()

    def _from_pages(self, chance: float) -> Told:
        if chance < 0.1:
            return Told(None, self._clicked("click"))
        if chance < 0.16 and not self._known:
            self._known = True
            return self._visited("login", "/login", method="POST", status=302)
        if chance < 0.45 and self._is_done():
            return self._leave()
        if chance < 0.65 or not self._comes_to("product_view"):
            return self._listing()
        return self._look()

    def _from_product(self, chance: float) -> Told:
        if chance < 0.4 and self._comes_to("add_to_cart"):
            self._at = "cart"
            return self._visited("add_to_cart", "/cart", method="POST", status=302)
        if chance < 0.5:
            return Told(None, self._clicked("click", product=self._product.product_id))
        return self._from_pages(self._rng.random())

    def _from_cart(self, chance: float) -> Told:
        if chance < 0.5 and self._comes_to("purchase"):
            return self._buy()
        if chance < 0.65:
            return self._visited("page_view", "/cart")
        return self._leave() if self._is_done() else self._look()

    def _comes_to(self, step: str) -> bool:
        """True if the session reaches this step; after a purchase it only looks around."""
        has_bought = self._reached == FUNNEL["purchase"]
        return self._furthest >= FUNNEL[step] and (step == "product_view" or not has_bought)

    def _is_done(self) -> bool:
        return self._reached == self._furthest

    def _listing(self) -> Told:
        self._at = "pages"
        self._category = self._rng.choice(self._shop.products).category
        paging = f"?page={self._rng.randrange(2, 6)}" if self._rng.random() < 0.2 else ""
        return self._visited("page_view", f"/category/{self._category}{paging}")

    def _look(self) -> Told:
        self._at = "product"
        # a product far down the list is looked at less often
        index = int(len(self._shop.products) * self._rng.random() ** 2)
        self._product = self._shop.products[index]
        return self._visited("product_view", f"/product/{self._product.product_id}")

    def _buy(self) -> Told:
        self._at = "pages"
        cents = self._product.cents * self._rng.choice((1, 1, 1, 1, 2, 3))
        amount = f"{cents // 100}.{cents % 100:02d}"
        tail = click(
            self.user,
            self.session,
            "purchase",
            product=self._product.product_id,
            amount=amount,
            outcome="purchase",
        )
        told = self._visited("purchase", "/checkout", method="POST", status=302)
        return Told(told.request, Entry(b"", tail, cents, is_purchase=True))

    def _leave(self) -> Told:
        self.over = True
        if self._known:
            return self._visited("logout", "/logout", method="POST", status=302)
        return Told(None, self._clicked("click"))

    def _refused(self) -> Told:
        path = {"product": f"/product/{self._product.product_id}", "cart": "/checkout"}.get(
            self._at, f"/category/{self._category}"
        )
        status = self._rng.choice((500, 502, 503, 503, 504))
        line = request(self.address, "GET", path, status, 0, self._page, self.agent)
        return Told(line, self._clicked("click", outcome="error", level="ERROR"))

    def _visited(self, event: str, path: str, method: str = "GET", status: int = 200) -> Told:
        size = int(self._rng.random() * 40_000) + 900 if status == 200 else 0
        line = request(self.address, method, path, status, size, self._page, self.agent)
        self._page = HOME + path
        self._reached = max(self._reached, FUNNEL.get(event, 0))
        about = event in ("product_view", "add_to_cart", "purchase")
        return Told(line, self._clicked(event, self._product.product_id if about else ""))

    def _clicked(self, event: str, product: str = "", outcome: str = "", level: str = "") -> Entry:
        tail = click(
            self.user,
            self.session,
            event,
            product=product,
            outcome=outcome,
            level=level or "INFO",
        )
        return Entry(b"", tail)
