"""What visitors of the shop look at, and who they are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from lakehouse.workloads.shop.generator.vocabulary import CATEGORIES

_PRODUCTS = 2_000
_CUSTOMERS = 5_000


class Product(NamedTuple):
    """A product, its English category as an address holds it, and its price in cents."""

    product_id: str
    category: str
    cents: int


@dataclass(frozen=True)
class Shop:
    """Products and customers that lines of the logs speak of.

    Attributes:
        products: what is sold.
        customers: numbers that stand for visitors.
    """

    products: tuple[Product, ...]
    customers: tuple[int, ...]

    @property
    def categories(self) -> list[str]:
        """Its categories, sorted."""
        return sorted({product.category for product in self.products})


def shop_of(products: Sequence[tuple[str, str]], customers: Sequence[int]) -> Shop:
    """A shop of known products (with their category) and customers; the prices are invented."""
    return Shop(
        # a category is part of a path
        tuple(Product(name, quote(kind), _price(name)) for name, kind in products),
        tuple(customers),
    )


def invented_shop() -> Shop:
    """A shop for when there is no warehouse to ask; always the same."""
    rng = random.Random(0)
    weights = [1 / rank for rank in range(1, len(CATEGORIES) + 1)]
    kinds = rng.choices([english for _, english in CATEGORIES], weights, k=_PRODUCTS)
    return shop_of([(f"{rng.getrandbits(128):032x}", kind) for kind in kinds], range(_CUSTOMERS))


def _price(product_id: str) -> int:
    """Mostly below 200 BRL, seldom above 1,000; the same for a product in every run."""
    return 990 + int(random.Random(product_id).paretovariate(1.3) * 3_000) % 250_000
