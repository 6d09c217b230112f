"""Editions as a whole, the brief, and the earlier audits of a trend."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import besides
import comparisons
import page
import pikepdf
import pytest
import records
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st
from test_report_html import sound
from test_report_wording import BANNED, prose

import careaudit.library
from careaudit import report
from careaudit.cli import options
from careaudit.errors import RecordError, RenderError, UsageError
from careaudit.record import AuditRecord, Behind, PublicTexts, Window
from careaudit.report import earlier, editions, render
from careaudit.report.editions import edition
from careaudit.report.wording.words import answer


def published() -> AuditRecord:
    """Return a record that may be published: who answers for it, and who stands behind it."""
    record = records.failing()
    texts = PublicTexts(purpose="It decides on credits.", owner="Head of care", contact="a@b.org")
    known = [
        e.model_copy(update={"behind": Behind(customers=e.n, with_event=x, without_event=e.n - x)})
        for e in record.estimates
        for x in [e.events or 0]
    ]
    return record.model_copy(
        update={
            "audit": record.audit.model_copy(update={"public": texts}),
            "estimates": tuple(known),
        }
    )


RECORD = published()
NAMES = list(editions.editions())
LONG = "Every refusal is read by a person before it is sent, and the person writes down why. "


def words(text: str) -> str:
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


# The editions, all of them.


def test_the_council_comes_first_and_help_knows_each_edition() -> None:
    assert NAMES[0] == "council"
    assert NAMES[1:] == sorted(NAMES[1:])
    assert options.editions() == NAMES
    assert {"brief", "council"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_edition_has_the_name_of_its_file_and_files_of_its_own(name: str) -> None:
    found = edition(name)
    assert found.name == name
    mine = {form.file_name for form in report.formats_of(name).values()}
    others = {form.file_name for o in NAMES if o != name for form in report.formats_of(o).values()}
    assert {f"{found.stem}.pdf", f"{found.stem}.html"} <= mine
    assert not mine & others
    assert ("json" in report.formats_of(name)) == (found.attached is not None)


@pytest.mark.parametrize("name", NAMES)
def test_every_edition_is_a_sound_page_whose_links_lead_somewhere(name: str) -> None:
    text = render(RECORD, "html", edition=name).decode()
    sound(text)  # every link leads to an anchor of the page
    said = [q.ask for q in RECORD.questions] + [RECORD.audit.justification or ""]
    for theirs in said:
        text = text.replace(html.escape(theirs), "")
    for sentence in prose(text):
        assert not re.search(rf"\b({BANNED})\b", sentence, re.IGNORECASE), sentence


@pytest.mark.parametrize("name", NAMES)
def test_the_record_reaches_the_council_alone(name: str) -> None:
    found = edition(name)
    document = found.document(RECORD, report.NOTHING)
    inside = found.attached(document) if found.attached else None
    assert (inside is not None and inside.name == "audit.json") == (name == "council")
    if found.level == "public":
        assert inside is not None
        assert RECORD.digest not in inside.text
        assert not any(isinstance(x, AuditRecord) for x in vars(document).values())


def test_an_edition_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leaflet.py").write_text(
        "from careaudit.report.editions import Edition, Head\n"
        "def head(n): return Head('T <i>', '', '2026-01-01', '1', 'K', 'R', f'{n} rows', 'End.')\n"
        "EDITION = Edition('leaflet', 'leaf', 'public', lambda r, _: r.accounts.rows_used,"
        " head, ())"
    )
    monkeypatch.setattr(editions, "__path__", [*editions.__path__, str(tmp_path)])
    editions.editions.cache_clear()
    try:
        assert list(editions.editions()) == sorted(
            [*NAMES, "leaflet"], key=lambda n: (n != "council", n)
        )
        text = render(RECORD, "html", edition="leaflet").decode()
        assert list(report.formats_of("leaflet")) == ["pdf", "html"]
    finally:
        editions.editions.cache_clear()
    sound(text.replace("<main>", "<main><h1>T</h1>"))
    assert "<title>T &lt;i&gt;</title>" in text
    assert "12500 rows. End." in words(text)


def test_an_unknown_edition_or_format_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'leaflet'.*council, brief"):
        report.write(RECORD, tmp_path / "x", edition="leaflet")
    with pytest.raises(UsageError, match=r"'brief' has no format 'json'.*pdf, html"):
        report.write(RECORD, tmp_path / "x", ("html", "json"), edition="brief")
    assert not (tmp_path / "x").exists()


def test_no_file_of_an_edition_is_written_where_one_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_edition: Any, _document: Any) -> bytes:
        raise RenderError("no.")

    monkeypatch.setattr(report, "_html", broken)
    for name in NAMES[1:]:
        with pytest.raises(RenderError):
            report.write(RECORD, tmp_path / "x", ("html",), edition=name)
    monkeypatch.undo()
    monkeypatch.setattr(report, "_pdf", broken)
    with pytest.raises(RenderError):
        report.write(RECORD, tmp_path / "x", ("html", "pdf"), edition="brief")
    assert not (tmp_path / "x").exists()


def test_the_library_writes_an_edition(tmp_path: Path) -> None:
    record = careaudit.library.AuditRecord.of(RECORD)
    made = record.save(tmp_path, ("html",), edition="brief")
    assert [p.name for p in made] == ["brief.html"]
    path = record.report(tmp_path / "mine.html", edition="brief")
    assert path.read_bytes() == made[0].read_bytes()
    with pytest.raises(UsageError, match=r"\.pdf, \.html\.$"):
        record.report(tmp_path / "mine.json", edition="brief")


# The brief.


def brief(record: AuditRecord, beside: report.Beside = report.NOTHING) -> str:
    return render(record, "html", beside, "brief").decode()


@pytest.mark.parametrize("name", ["failing", "hostile", "empty", "six", "passing", "all_small"])
def test_the_brief_says_what_the_council_reads_and_points_nowhere(name: str) -> None:
    record = records.ALL[name]()
    text = brief(record)
    sound(text)
    assert "<a " not in text
    assert "Brief for the board" in words(text)
    council = render(record, "html").decode()
    for part in (
        r'<div class="answer \w+">.*?</div>',
        r"<ol>.*?</ol>",
        r'<div class="bigs">.*?</div></div>',
    ):
        theirs = re.search(part, council, re.DOTALL)
        ours = re.search(part, text, re.DOTALL)
        assert (ours and ours[0]) == (theirs and theirs[0])
    shown = re.findall(r'class="v \w+"><span class="shape">.</span> ([\w ]+)<', text)
    assert shown == [answer(q.verdict, q.reason).word for q in record.questions[:7]]


def test_the_brief_holds_what_the_council_decided() -> None:
    text = words(brief(RECORD, besides.decided(RECORD)))
    assert "What the council decided The council decided on 20 July 2026" in text
    assert "Refusals where zip income is 1 are read by a person." in text
    assert "has not decided" not in text
    many = besides.decided(RECORD, conditions=[condition(n, LONG) for n in range(9)])
    assert "4 more conditions are in the council’s report." in words(brief(RECORD, many))


def condition(number: int, text: str) -> dict[str, Any]:
    return {
        "id": f"c{number}", "text": text * 4, "metric": text * 2, "threshold": "1.00 " * 20,
        "owner": text, "due": besides.DAY + timedelta(days=30), "blocking": True,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["forty", "thousand"])
def test_the_brief_is_two_pages_without_a_document_inside(name: str) -> None:
    record = records.ALL[name]()
    decided = besides.decided(record, conditions=[condition(n, LONG) for n in range(9)])
    made = render(record, "pdf", decided if name == "thousand" else report.NOTHING, "brief")
    for profile in ("ua1", "3a"):
        assert page.is_pdf_compliant_bytes(made, profile=profile)
    with pikepdf.open(io.BytesIO(made)) as opened:
        assert len(opened.pages) == 2
        assert not opened.attachments
        assert not any("/Annots" in sheet for sheet in opened.pages)


# Earlier audits.


def period(start: str | None, end: str | None, **more: Any) -> AuditRecord:
    given = {"window": Window(start=start, end=end), **more}
    return RECORD.model_copy(update={"provenance": RECORD.provenance.model_copy(update=given)})


JAN, FEB = period("2026-01-01", "2026-01-31"), period("2026-02-01", "2026-02-28")


def test_earlier_audits_are_put_in_order() -> None:
    assert earlier.ordered(RECORD, [FEB, JAN]) == (JAN, FEB)
    assert earlier.ordered(period(None, None), []) == ()


SYSTEM = JAN.model_copy(update={"audit": JAN.audit.model_copy(update={"system": "Other"})})


@pytest.mark.parametrize(
    ("past", "told"),
    [
        ([period("2026-01-01", "2026-01-31", plan_sha256="ab" * 32)],
         r"another plan \(abab abab, not 5e5e 5e5e\).*again with this plan"),
        ([RECORD], "the record itself"),
        ([SYSTEM], r"another system \(Other, not Credit Assist\)"),
        ([period(None, "2026-01-31")], "does not say of which days"),
        ([period("31 January", "<b>")], "does not say of which days"),
        ([period("2026-01-31", "2026-01-01")], "does not say of which days"),
        ([period("2026-01-01", "2026-04-01")], "does not end before 2026-04-01 to 2026-06-30"),
        ([period("2026-07-01", "2026-07-31")], "does not end before"),
        ([FEB, JAN, period("2026-01-01", "2026-02-28")], "overlap.*cumulative"),
        ([JAN, JAN], "2026-01-01 to 2026-01-31 and 2026-01-01 to 2026-01-31 overlap"),
    ],
)  # fmt: skip
def test_an_audit_that_makes_no_trend_is_refused(past: list[AuditRecord], told: str) -> None:
    with pytest.raises(RecordError, match=told):
        earlier.ordered(RECORD, past)
    with pytest.raises(RecordError, match=told):  # nobody who renders can pass by
        render(RECORD, "html", report.Beside(past=tuple(past)))


def test_a_record_without_days_has_no_trend() -> None:
    with pytest.raises(RecordError, match="the record does not say"):
        earlier.ordered(period(None, None), [JAN])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 12)), min_size=1, max_size=8))
def test_a_trend_is_made_of_days_that_are_counted_once(spans: list[tuple[int, int]]) -> None:
    first = date(2026, 1, 1)
    days = [(first + timedelta(a), first + timedelta(a + n)) for a, n in spans]
    counted = [a + k for a, n in spans for k in range(n + 1)]
    now = date.fromisoformat(RECORD.provenance.window.start or "")
    apart = len(set(counted)) == len(counted) and all(end < now for _, end in days)
    past = [period(a.isoformat(), b.isoformat()) for a, b in days]
    if apart:
        made = earlier.ordered(RECORD, past)
        assert sorted(map(id, made)) == sorted(map(id, past))
        assert [p.provenance.window.start for p in made] == [str(a) for a, _ in sorted(days)]
    else:
        with pytest.raises(RecordError):
            earlier.ordered(RECORD, past)


# From the shell.


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "audit.json").write_text(RECORD.to_json(), encoding="utf-8")
    for name, record in (("jan", JAN), ("other", SYSTEM)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "audit.json").write_text(record.to_json(), encoding="utf-8")
    return tmp_path


Run = Callable[..., Result]


def test_the_brief_from_the_shell(house: Path, run: Run) -> None:
    done = run("report", "audit.json", "--edition", "brief", "--formats", "html", "-o", "out")
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == [str(Path("out") / "brief.html")]
    assert [p.name for p in (house / "out").iterdir()] == ["brief.html"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--edition", "leaflet"), "'brief'"),
        (("--earlier", "jan"), "the council edition shows no trend"),
        (("--edition", "brief", "--earlier", "jan"), "the brief edition shows no trend"),
        (("--edition", "brief", "--formats", "cyclonedx"), "has no format 'cyclonedx'"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(
    house: Path, run: Run, args: tuple[str, ...], told: str
) -> None:
    done = run("report", "audit.json", "-o", "out", *args)
    assert done.exit_code == 2, done.output
    assert told in " ".join(done.stderr.split())
    assert not (house / "out").exists()


def test_a_comparison_has_no_editions(house: Path, run: Run) -> None:
    (house / "compare.json").write_text(comparisons.nothing().to_json(), encoding="utf-8")
    done = run("report", "compare.json", "-o", "out", "--edition", "brief")
    assert done.exit_code == 2, done.output
    assert "go with an audit.json" in " ".join(done.stderr.split())
    assert not (house / "out").exists()


PUBLIC = [name for name in NAMES if edition(name).level == "public"]


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_edition_takes_nothing_that_stands_beside(
    house: Path, run: Run, name: str
) -> None:
    for option in ("--waivers", "--council", "--comparison"):
        done = run("report", "audit.json", "-o", "out", "--edition", name, option, "x")
        assert done.exit_code == 2, done.output
        assert f"{option}: not in the {name} edition" in " ".join(done.stderr.split())
    for past, told, code in (
        (["jan"] * 9, "at most 8", 2),
        (["other"], "another system", 3),
        (["jan", "jan"], "overlap", 3),
        (["nothing.json"], "nothing.json", 3),
    ):
        args = [arg for one in past for arg in ("--earlier", one)]
        done = run("report", "audit.json", "-o", "out", "--edition", name, *args)
        assert done.exit_code == code, done.output
        assert told in " ".join(done.stderr.split())
    assert not (house / "out").exists()
