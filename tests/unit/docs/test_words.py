"""Pages use the terms of the field, which a reader can search for, not private words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lakehouse.cli.checks import GENERATED
from lakehouse.platform.settings import PROJECT

# private word, and the term of the field
PRIVATE = {
    r"anew": "again",
    r"judg(?:e|ed|es|ing)": "validate, evaluate",
    r"mend(?:s|ed|ing)?": "fix",
    r"alike": "the same",
    r"beside": "next to, compared with",
    r"doubled": "duplicated",
    r"set aside": "quarantined, rejected",
    r"what people open": "user interfaces",
    r"tells? of": "reports",
    r"a \w+ a (?:table|folder|day|build|stream|database)": "one ... per ...",
    r"of our own|of its own": "own, separate",
    r"balances?": "reconciles, finds no difference",
    r"hops?": "stage",
}
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/*.md", "docs/runbooks/*.md", "benchmarks/*.md")
    for page in PROJECT.glob(pattern)
    if page.relative_to(PROJECT) not in GENERATED
)


def private_words(text: str) -> dict[str, str]:
    """Private words of a page, with their replacements; not those in code and links."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    prose = re.sub(r"`[^`\n]*`|\]\([^)]*\)", "", text)
    found = {word: re.search(rf"\b(?:{word})\b", prose, re.IGNORECASE) for word in PRIVATE}
    return {match.group(): PRIVATE[word] for word, match in found.items() if match}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_no_page_has_a_private_word(page: Path) -> None:
    assert private_words(page.read_text("utf-8")) == {}


def test_private_words_are_found_in_prose_only() -> None:
    text = "Judged anew.\n`alike` [x](beside.md)\n```\nmended\n```\nWrite a folder a day."
    assert private_words(text) == {
        "anew": "again",
        "Judged": "validate, evaluate",
        "a folder a day": "one ... per ...",
    }
