"""The documentation of this repository, as pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dash import dcc, html

from lakehouse.platform.settings import PROJECT

DOCS = PROJECT / "docs"


def known() -> dict[str, Path]:
    """Pages by their path below the repository; nothing else is ever served."""
    files = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
    return {file.relative_to(PROJECT).as_posix(): file for file in files if file.exists()}


def links() -> Any:
    """Links to every page by its title: guides first, then decisions, then runbooks."""
    groups: dict[str, list[Any]] = {"Guides": [], "Decisions": [], "What to do when": []}
    for path, file in known().items():
        group = (
            "Decisions"
            if "/decisions/" in path
            else "What to do when"
            if "/runbooks/" in path
            else "Guides"
        )
        groups[group].append(html.Li(html.A(title(file), href=f"/{path}")))
    parts = [
        html.Details([html.Summary(name), html.Ul(items)], open=name == "Guides")
        for name, items in groups.items()
    ]
    return html.Div(parts, className="docs")


def title(file: Path) -> str:
    """The first heading of a page."""
    with file.open(encoding="utf-8") as lines:
        heading = next((line for line in lines if line.startswith("# ")), f"# {file.stem}")
    return heading.lstrip("# ").strip()


def layout(path: str) -> Any:
    """One page, or a sentence that there is none of this name."""
    file = known().get(path)
    if file is None:
        return html.Section([html.H1("No such page"), html.P(html.A("To the portal", href="/"))])
    return html.Article(
        dcc.Markdown(file.read_text("utf-8"), dangerously_allow_html=False), className="card"
    )
