"""What many tests need: a log on disk, and the command line."""

import gc
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

# Collected as often as by default, the pages of a PDF are a fifth slower to lay out.
gc.set_threshold(100_000, 50, 50)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Call `careaudit` in an empty folder."""
    from careaudit.cli import main

    monkeypatch.chdir(tmp_path)
    return lambda *args: CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture
def write_log(tmp_path: Path) -> Callable[..., Path]:
    """Write a file: bytes or text as they are, lines with line ends; plain lines by default."""

    def write(name: str = "log.csv", content: bytes | str | Iterable[str] | None = None) -> Path:
        content = _lines() if content is None else content
        if not isinstance(content, bytes | str):
            content = "\n".join(content) + "\n"
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def lines() -> Callable[..., list[str]]:
    """Return a function that makes the lines of a small log, every third decision a denial."""
    return _lines


def _lines(groups: Iterable[str] = ("en", "fr"), n: int = 60) -> list[str]:
    names = list(groups)
    return ["outcome,lang"] + [
        f"{'denied' if i % 3 == 0 else 'granted'},{names[i % len(names)]}" for i in range(n)
    ]


FORM = {
    'decision = ""': 'decision = "{vote}"',
    'reasons = ""': 'reasons = "Any gap is within the limit."',
    'decided_on = ""': "decided_on = {day}",
    'builds_or_uses = ""': "builds_or_uses = false",
    'employed_by = ""': 'employed_by = "none"',
    'financial_interest = ""': "financial_interest = false",
    'declared_conflict = ""': 'declared_conflict = "none"',
    'present = ""': "present = true",
    'vote = ""': 'vote = "{vote}"',
    'no_dissent = ""': "no_dissent = true",
    'signed_at = ""': "signed_at = {day}",
    'text = ""\nanswer = ""': 'text = "Who is not counted?"\nanswer = "Nobody."',
}


@pytest.fixture(scope="session")
def fill_form() -> Callable[..., None]:
    """Fill in a council's decision.toml as its members would; what is left empty is an error."""

    def fill(form: Path, *, day: str, vote: str = "approve", more: str = "") -> None:
        text = form.read_text(encoding="utf-8")
        for empty, said in FORM.items():
            assert empty in text, empty
            text = text.replace(empty, said.format(day=day, vote=vote))
        form.write_text(text + more, encoding="utf-8")

    return fill
