"""The pages that the docs show, declared once, and how a real browser takes their pictures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lakehouse.platform.assembly import assembled
from lakehouse.platform.errors import PlatformError, UnknownNameError
from lakehouse.platform.secrets import page
from lakehouse.platform.services import Service, load_services
from lakehouse.platform.settings import Settings
from lakehouse.serving.superset.declared import PAGES

Url = Callable[[Settings], str]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Login:
    """A form that stands before a page.

    Attributes:
        url: of the form.
        password: CSS selector of the password's field, and the name of its secret.
        submit: CSS selector of the button.
        user: CSS selector of the user's field, and the setting that holds the name, if any.
    """

    url: Url
    password: tuple[str, str]
    submit: str
    user: tuple[str, str] | None = None


@dataclass(frozen=True)
class Screen:
    """A picture of the docs.

    Attributes:
        name: of the file in `docs/images`, without ending.
        url: of the page.
        wait: CSS selector of something that is there once the page shows its content.
        settle: seconds until it is drawn and filled.
        width: of the window, in pixels.
        height: of the window, in pixels.
        dark: whether the browser prefers dark pages.
        whole: down to the end of the page instead of the window's.
        login: the form before it, if any.
        clicks: selectors of what is clicked on the page, in this order, as soon as each is there.
    """

    name: str
    url: Url
    wait: str
    settle: float = 2.0
    width: int = 1360
    height: int = 900
    dark: bool = False
    whole: bool = False
    login: Login | None = None
    clicks: tuple[str, ...] = ()


def _page(server: str, path: str, scheme: str = "http") -> Url:
    return lambda config: page(config, server, scheme) + path


_dashboard = partial(_page, "dashboard")
_jupyter = partial(_page, "jupyter")
_DRAWN = "#picture-pages .bars path"
_SUBMIT = 'button[type="submit"]'
_AIRFLOW = Login(
    _page("airflow", "/auth/login"),
    ('input[name="password"]', "airflow_admin_password"),
    _SUBMIT,
    ('input[name="username"]', "airflow_user"),
)
_NIFI = Login(
    _page("nifi", "/nifi/#/login", "https"),
    ('input[type="password"]', "nifi_password"),
    'button:has-text("log in")',
    ('input[type="text"]', "nifi_user"),
)
_SUPERSET = Login(
    _page("superset", "/login/"),
    ("#password", "superset_admin_password"),
    _SUBMIT,
    ("#username", "superset_user"),
)
SCREENS: tuple[Screen, ...] = (
    Screen(
        "airflow-dags",
        _page("airflow", "/dags"),
        "a[href^='/dags/']",
        height=1450,
        login=_AIRFLOW,
    ),
    Screen(
        "airflow-gold-run",
        _page("airflow", "/dags"),
        "[data-testid^='grid']",
        settle=5,
        login=_AIRFLOW,
        clicks=("a[href$='to_Gold_DataWarehouse_with_Hive']",),
    ),
    Screen(
        "nifi-canvas",
        _page("nifi", "/nifi/", "https"),
        "g.process-group",
        settle=5,
        width=1600,
        height=1000,
        login=_NIFI,
    ),
    *(
        Screen(
            f"superset-{one.slug}",
            _page("superset", f"/superset/dashboard/{one.slug}/?standalone=1"),
            ".dashboard-component-chart-holder canvas",
            settle=25,
            width=1440,
            height=1425,
            login=_SUPERSET,
        )
        for one in PAGES
    ),
    Screen("portal", _dashboard("/"), "#portal-tables table", settle=7),
    Screen("live", _dashboard("/live"), _DRAWN, settle=5, height=1250),
    Screen("live-dark", _dashboard("/live"), _DRAWN, settle=5, height=1250, dark=True),
    Screen("live-phone", _dashboard("/live"), _DRAWN, settle=5, width=390, height=844),
    Screen(
        "jupyter",
        _jupyter("/lab/tree/analysis.ipynb?reset"),
        ".jp-RenderedImage img",
        settle=20,
        login=Login(_jupyter("/login"), ("#password_input", "jupyter_token"), "#login_submit"),
        # a cell once its kernel is there, and not before: nothing would run then; the menu; run all
        clicks=(
            'body:has(.jp-StatusBar-TextItem:has-text("(ipykernel) | Idle")) .jp-CodeCell',
            '.lm-MenuBar-itemLabel:text-is("Run")',
            '.lm-Menu-item[data-command="runmenu:run-all"]',
        ),
    ),
)


def chosen(names: Sequence[str]) -> tuple[Screen, ...]:
    """The screens of these names, all where none is given.

    Raises:
        UnknownNameError: there is none of a name.
    """
    known = {screen.name: screen for screen in SCREENS}
    for name in names:
        if name not in known:
            raise UnknownNameError("screen", name, known)
    return tuple(known[name] for name in names or known)


def tool() -> Service:
    """The folder of `services` that holds what drives the browser."""
    return next(one for one in load_services() if one.name == "screenshots")


def find_browser() -> str:
    """The program of a Chromium or Chrome.

    Raises:
        PlatformError: there is none; the message says how to get one.
    """
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    raise PlatformError(
        f"no browser found (looked for {', '.join(BROWSERS)}): on Debian "
        "sudo apt-get install -y chromium, on Ubuntu Google's chrome package; then try again"
    )


def take(screens: Sequence[Screen], folder: Path, config: Settings) -> bool:
    """Write a picture of each screen; whether all could be taken.

    What cannot be taken is told of on standard error.

    Raises:
        PlatformError: there is no browser.
    """
    # the browser's own cage needs rights that root gives up
    cage = ["--no-sandbox"] if os.geteuid() == 0 else []
    asked = {
        "browser": find_browser(),
        "arguments": [*cage, "--hide-scrollbars"],
        "shots": [_shot(screen, folder, config) for screen in screens],
    }
    service = tool()
    python = assembled(service, config) / "bin" / "python"
    # passwords go through standard input: arguments could be seen by others on this machine
    answer = subprocess.run(
        [python, service.folder / "take"], input=json.dumps(asked), text=True, check=False
    )
    return answer.returncode == 0


def _shot(screen: Screen, folder: Path, config: Settings) -> dict[str, Any]:
    return {
        "file": str(folder / f"{screen.name}.png"),
        "url": screen.url(config),
        "wait": screen.wait,
        "settle": screen.settle,
        "width": screen.width,
        "height": screen.height,
        "dark": screen.dark,
        "whole": screen.whole,
        "login": _form(screen.login, config) if screen.login else None,
        "clicks": screen.clicks,
    }


def _form(login: Login, config: Settings) -> dict[str, Any]:
    fields = {login.user[0]: getattr(config, login.user[1])} if login.user else {}
    selector, secret = login.password
    return {
        "url": login.url(config),
        "fields": fields | {selector: config.secret(secret)},
        "submit": login.submit,
    }
