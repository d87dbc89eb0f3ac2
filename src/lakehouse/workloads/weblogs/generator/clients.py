"""Who sends requests: browsers, phones, robots, tools."""

from __future__ import annotations

import random

from lakehouse.workloads.weblogs.generator.entries import Entry, request
from lakehouse.workloads.weblogs.generator.shop import Shop
from lakehouse.workloads.weblogs.generator.visits import Visit

BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
)
ROBOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "curl/8.5.0",
    "python-requests/2.32.3",
    "-",
)
_STATIC = ("/static/css/main.css", "/static/js/shop.js", "/static/img/logo.svg", "/favicon.ico")
# what robots ask for, and what they get
_PROBES = (
    ("/robots.txt", 200),
    ("/sitemap.xml", 200),
    ("/wp-login.php", 404),
    ("/.env", 404),
    ("/admin", 403),
)


def address(rng: random.Random) -> str:
    """An address of a client, one in twenty of IPv6."""
    if rng.random() < 0.05:
        return f"2804:14c:{rng.getrandbits(16):x}:{rng.getrandbits(16):x}::{rng.getrandbits(16):x}"
    return f"{rng.randrange(177, 202)}.{rng.randrange(256)}.{rng.randrange(256)}." + str(
        rng.randrange(1, 255)
    )


def robot(rng: random.Random, shop: Shop) -> Entry:
    """A request of a robot or of a tool."""
    agent = rng.choice(ROBOTS)
    origin = f"66.249.{rng.randrange(64, 96)}.{rng.randrange(1, 255)}"
    if rng.random() < 0.3:
        path, status = rng.choice(_PROBES)
        return request(origin, "GET", path, status, 300 if status == 200 else 150, "", agent)
    path = f"/product/{rng.choice(shop.products).product_id}"
    method = "HEAD" if rng.random() < 0.1 else "GET"
    size = 0 if method == "HEAD" else rng.randrange(900, 40_000)
    return request(origin, method, path, 200, size, "", agent)


def static_file(rng: random.Random, visit: Visit) -> Entry:
    """A file that belongs to a page that a visitor sees; often the browser has it already."""
    status = 304 if rng.random() < 0.4 else 200
    size = 0 if status == 304 else rng.randrange(400, 90_000)
    path = rng.choice(_STATIC)
    return request(visit.address, "GET", path, status, size, visit.page, visit.agent)
