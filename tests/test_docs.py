"""What the documents name is there, and so is what the code cites of them: facts, rules, files, targets, links."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.checks import CATALOGUE
from tests.conftest import ROOT

FACTS = (ROOT / "docs" / "protocol.md").read_text("utf-8")
SOURCES = [path for room in ("chat", "storage", "tests") for path in sorted((ROOT / room).rglob("*.py"))]
SCRIPTS = [*sorted((ROOT / "assets").rglob("*.js")), *sorted((ROOT / "assets").rglob("*.css"))]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def facts() -> list[str]:
    """The number of every fact, in the document's order."""
    return re.findall(r"^- \*\*(\d\.\d+)\*\* ", FACTS, re.MULTILINE)


def prose(source: Path) -> str:
    """The comments and the texts of a Python file: where things are cited."""
    tokens = tokenize.generate_tokens(io.StringIO(source.read_text("utf-8")).readline)
    return "\n".join(token.string for token in tokens if token.type in (tokenize.COMMENT, tokenize.STRING))


def citations() -> Iterator[tuple[str, str]]:
    """(file, what is cited) of every citation: a fact's number, or a section's."""
    for source in SOURCES:
        text = prose(source)
        if source != Path(__file__) and re.search(r"protocol facts", text, re.IGNORECASE):
            for cited in re.findall(r"\b(?:section (\d)|(\d\.\d{1,2}))\b", text):
                yield str(source.relative_to(ROOT)), "".join(cited)


def test_facts_are_numbered_without_gaps_within_their_section() -> None:
    sections = re.split(r"^## (?=\d\. )", FACTS, flags=re.MULTILINE)[1:]
    expected = []
    for number, section in enumerate(sections, 1):
        assert section.startswith(f"{number}. ")
        expected += [f"{number}.{fact}" for fact in range(1, section.count("\n- **") + 1)]
    assert facts() == expected


def test_every_fact_says_how_sure_it_is_and_whence_it_comes() -> None:
    for fact in re.findall(r"^- (\*\*\d\.\d+\*\* .*?)(?=\n- |\n\n|\Z)", FACTS, re.MULTILINE | re.DOTALL):
        assert re.search(r"\*(seen: |likely: |unknown; )[^*]+\*\s*$", fact), fact


def test_the_code_cites_facts_that_exist() -> None:
    cited = list(citations())
    known = {*facts(), *re.findall(r"^## (\d)\. ", FACTS, re.MULTILINE)}
    assert len(cited) > 20
    assert [(source, number) for source, number in cited if number not in known] == []


def test_facts_are_cited_in_one_form() -> None:
    right = re.compile(r"protocol facts(?:, \d\.\d+|, section \d| of section \d|\.)", re.IGNORECASE)
    for source in SOURCES:
        if source != Path(__file__):
            for found in re.finditer(
                r"protocol(?:'s)?\s+(?:numbered\s+)?facts?\b.{0,20}", prose(source), re.IGNORECASE
            ):
                assert right.match(found[0]), f"{source.relative_to(ROOT)}: {found[0]}"


def test_the_documents_that_the_code_names_exist() -> None:
    for source in [*SOURCES, *SCRIPTS]:
        for name in re.findall(r"\bdocs/[\w-]+\.\w+", source.read_text("utf-8")):
            assert (ROOT / name).is_file(), f"{source.relative_to(ROOT)} names {name}"


@each_document
def test_every_rule_that_is_named_is_in_the_catalogue(document: Path) -> None:
    families = {rule_id.split("/")[0] for rule_id in CATALOGUE}
    named = re.findall(r"`(\w+)/([\w-]+)`", document.read_text("utf-8"))
    assert [
        f"{family}/{name}" for family, name in named if family in families and f"{family}/{name}" not in CATALOGUE
    ] == []


@each_document
def test_every_file_that_is_named_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    rooms = "app\\.py|assets|chat|docs|storage|tests"
    quoted = re.findall(rf"`((?:{rooms})(?:/[\w./-]*)?)`", text)
    listed = re.findall(rf"^    ((?:{rooms})(?:/[\w./-]*)?)(?:  | [a-z])", text, re.MULTILINE)
    for name in [*quoted, *listed]:
        assert (ROOT / name).exists(), f"{document.name} names {name}"


@each_document
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make ([\w-]+)", document.read_text("utf-8"), re.MULTILINE)) <= targets


@each_document
def test_every_relative_link_works(document: Path) -> None:
    text = document.read_text("utf-8")
    links = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'(?:src|srcset)="([^"]+)"', text)]
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), f"{document.name} links to {link}"
        assert not anchor or anchor in anchors(target), f"{document.name} links to {link}"


def test_what_runs_before_a_commit_is_local_and_is_what_lint_runs() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert set(re.findall(r"repo: (.+)", hooks)) == {"local"}
    assert set(re.findall(r"language: (.+)", hooks)) == {"system"}
    tools = re.findall(r"entry: \.venv/bin/([\w-]+(?: [a-z]+)?)", hooks)
    linted = re.search(r"^lint: .*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert linted is not None
    assert tools == [line.split(" .")[0].split(" --")[0] for line in re.findall(r"\$\(BIN\)/(.+)", linted[1])]


def anchors(document: Path) -> set[str]:
    """The names under which a page of Markdown's headings can be linked to, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
