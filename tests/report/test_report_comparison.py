"""The comparison of two releases as PDF and HTML: its numbers, words, pictures and bytes."""

from __future__ import annotations

import functools
import html
import itertools
import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import comparisons
import page
import pikepdf
import pytest
import records
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered import need
from test_report_beside import section, words
from test_report_html import sound
from test_report_pdf import tagged
from test_report_wording import BANNED, prose

from careaudit import report
from careaudit.errors import RenderError, UsageError
from careaudit.notation import Notation
from careaudit.releases import ReleaseComparison
from careaudit.report import comparison, render_comparison, write_comparison
from careaudit.report.charts import slope
from careaudit.report.views.changes import MOST_LINES, _upper
from careaudit.report.views.releases import build_comparison
from careaudit.report.views.tables import axis
from careaudit.report.wording.names import plain

NAMES = list(comparisons.ALL)
HERE = Path(__file__).parent


@functools.cache
def made(name: str) -> ReleaseComparison:
    return comparisons.ALL[name]()


@functools.cache
def raw(name: str) -> str:
    return render_comparison(made(name), "html").decode()


@functools.cache
def pdf(name: str) -> bytes:
    return render_comparison(made(name), "pdf")


def pages(name: str, folder: Path) -> list[str]:
    need("pdftotext")
    path = folder / "c.pdf"
    path.write_bytes(pdf(name))
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


# The files.


@pytest.mark.parametrize("name", NAMES)
def test_is_pdf_ua_1_and_pdf_a_3a_at_once(name: str) -> None:
    for profile in ("ua1", "3a"):
        found = page.validate_pdf_bytes(pdf(name), profile=profile)
        assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures]


@pytest.mark.parametrize("name", ["worse", "mixed", "hostile"])
def test_is_tagged_for_those_who_cannot_see_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "c.pdf"
    path.write_bytes(pdf(name))
    tagged(path)


def test_carries_the_comparison_and_prints_its_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "c.pdf"
    path.write_bytes(pdf("worse"))
    with pikepdf.open(path) as opened:
        (name,) = opened.attachments
        assert name == "compare.json"
        held = opened.attachments[name].get_file().read_bytes()
        assert "worse than release 7.1.0" in str(opened.docinfo["/Title"])
    assert held == made("worse").to_json().encode()
    assert made("worse").digest in words(raw("worse"))
    for one in (made("worse").old, made("worse").new):
        assert one.record_sha256 in words(raw("worse"))


SCRIPT = """
import sys
sys.path.insert(0, {here!r})
import comparisons
from careaudit.report import render_comparison
sys.stdout.buffer.write(render_comparison(comparisons.worse(), "pdf"))
"""


def test_the_same_comparison_gives_the_same_bytes(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONHASHSEED": "7", "TMPDIR": str(tmp_path)}
    env["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    script = SCRIPT.format(here=str(HERE))
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, check=True)
    assert done.stdout == pdf("worse")


def test_writes_each_format_once_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    written = write_comparison(made("nothing"), folder, ("json", "html", "json"))
    assert [path.name for path in written] == ["compare.json", "compare.html"]
    assert sorted(path.name for path in folder.iterdir()) == ["compare.html", "compare.json"]
    assert ReleaseComparison.load(folder / "compare.json") == made("nothing")


def test_unknown_formats_and_failures_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="cyclonedx"):
        write_comparison(made("nothing"), tmp_path / "out", ("json", "cyclonedx"))

    def broken(_: ReleaseComparison) -> bytes:
        raise RenderError("no.")

    monkeypatch.setitem(comparison.COMPARISON_FORMATS, "pdf", ("compare.pdf", broken))
    with pytest.raises(RenderError):
        write_comparison(made("nothing"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", NAMES)
def test_html_is_well_formed_accessible_and_self_contained(name: str) -> None:
    sound(raw(name))


# The words.


@pytest.mark.parametrize("name", [n for n in NAMES if n != "hostile"])
def test_no_banned_word_and_no_long_sentence(name: str) -> None:
    text = raw(name).replace(html.escape(comparisons.ASK), "").replace(comparisons.RIGHTED, "")
    for sentence in prose(text):
        assert not re.search(rf"\b({BANNED})\b", sentence, re.IGNORECASE), sentence
        assert len(sentence.split()) <= 25, sentence


@pytest.mark.parametrize(
    ("name", "word", "opening"),
    [
        ("worse", "▲ Got worse", "Yes."),
        ("unchanged", "● Not worse", "No."),
        (
            "licence",
            "▲ Action needed",
            "Release 7.2.0 is not shown to be worse, and it needs action",
        ),
        ("nothing", "○ Cannot tell yet", "We cannot tell yet."),
        ("one_group", "○ Cannot tell yet", "We cannot tell yet."),
    ],
)
def test_page_one_answers_the_question_in_its_title(name: str, word: str, opening: str) -> None:
    told = section(raw(name), "first")
    assert "Is release 7.2.0 worse than release 7.1.0 , and for whom?" in told
    assert word in told
    assert opening in told


def test_an_old_gap_is_no_licence_for_a_new_one() -> None:
    told = section(raw("licence"), "q1")
    assert "no licence for the new one" in told
    assert "By itself, the old: action needed; the new: action needed." in told


def test_releases_without_a_name_are_the_old_and_the_new() -> None:
    told = words(raw("unnamed"))
    assert "Is the new release worse than the old release, and for whom?" in told
    assert "None" not in told


def test_what_could_not_be_compared_is_said() -> None:
    told = words(raw("suppressed"))
    for gap in made("suppressed").not_comparable:
        assert gap.message in told
    assert "2 more, on the page" in section(raw("suppressed"), "first")
    assert "Keeps the question open" in told
    assert "denied has another measure than before." in section(raw("nothing"), "first")


def test_hidden_groups_have_no_row_and_no_line() -> None:
    hidden = {gap.group for gap in made("suppressed").not_comparable}
    shown = {row.group for p in build_comparison(made("suppressed")).pages
             for a in p.attributes for row in a.rows}  # fmt: skip
    assert not {plain(group) for group in shown} & hidden
    assert len(shown) == 3


def test_matched_cases_are_counted() -> None:
    told = words(raw("unchanged"))
    assert "158,000 cases were decided by both; 120 by the old alone and 340 by the new" in told
    assert "each case is compared with itself" in section(raw("unchanged"), "methods")
    assert "not case by case" in words(raw("worse"))


def test_hostile_names_do_nothing() -> None:
    text = raw("hostile")
    assert "<script" not in text
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert len(text) < 200_000


# The numbers.


def test_every_row_says_what_the_document_says() -> None:
    """The oracle is the counts that the comparison was made from."""
    view = build_comparison(made("worse"))
    (table,) = [a for a in view.pages[0].attributes if a.segment == "\u2068Zip income\u2069"]
    for row, (group, (n0, x0, n1, x1)) in zip(table.rows, comparisons.CREDITS.items(), strict=True):
        assert plain(row.group) == group
        assert row.n == f"{n0:,} / {n1:,}"
        for shown, x, n in ((row.old, x0, n0), (row.new, x1, n1)):
            told = [int(part) for part in re.findall(r"\d+", shown)]
            low, high = wilson(x, n)
            assert told == [half_up(100 * v) for v in (x / n, low, high)]
    m0, y0, m1, y1 = comparisons.CREDITS["5"]
    n0, x0, n1, x1 = comparisons.CREDITS["1"]
    then, now = x0 / n0 - y0 / m0, x1 / n1 - y1 / m1
    assert table.rows[0].gaps == f"+{half_up(100 * then)} → +{half_up(100 * now)}"
    assert [plain(r.group) for r in table.rows if r.answer and r.answer.word == "Got worse"] == [
        "1"
    ]
    more = half_up(n1 * (x1 / n1 - x0 / n0))
    assert f"+{more} (" in section(raw("worse"), "first")


def wilson(x: int, n: int) -> tuple[float, float]:
    z, p = 1.959964, x / n
    middle = (p + z * z / 2 / n) / (1 + z * z / n)
    arm = z * (p * (1 - p) / n + z * z / 4 / n / n) ** 0.5 / (1 + z * z / n)
    return middle - arm, middle + arm


def half_up(value: float) -> int:
    return int(Decimal(repr(value)).quantize(Decimal(1), rounding="ROUND_HALF_UP"))


@given(st.floats(-0.3, 0.3, allow_subnormal=False), st.sampled_from([100, 1000, 10_000]))
def test_a_limit_never_prints_on_the_other_side_of_the_margin(value: float, per: int) -> None:
    shown = _upper(value, per, 0.02).replace("−", "-").replace(",", "")
    if shown[0] in "<>":  # too near to the margin for its digits
        return
    printed, margin = Decimal(shown), Decimal(per) / 50
    assert (printed > margin) == (value * per > per * 0.02)
    assert (printed < margin) == (value * per < per * 0.02)


def test_a_common_mix_stands_beside_the_plain_rates() -> None:
    told = section(raw("mixed"), "q1")
    assert told.count("as if both releases had met one mix") == 2
    assert "Same mix of intent and channel ." in told
    assert "Up to 3% of a group’s decisions are left out" in told
    assert "as if both" not in words(raw("worse"))


# The pictures.


def svgs(name: str) -> list[str]:
    return re.findall(r"<svg.*?</svg>", raw(name), flags=re.DOTALL)


@pytest.mark.parametrize("name", ["worse", "forty", "hostile", "unnamed", "suppressed"])
def test_pictures_are_described_and_name_both_releases(name: str) -> None:
    assert svgs(name)
    for svg in svgs(name):
        title = re.findall(r"<title>(.*?)</title>", svg)[0]
        assert len(title) >= 40
        assert re.search(r"\d", title)
        if name == "worse":
            assert ">Release 7.1.0<" in svg
            assert ">Release 7.2.0<" in svg


def test_many_groups_leave_few_names() -> None:
    (first, own) = svgs("forty")
    assert first == own
    assert len(re.findall(r">region \d+: \d+<", own)) == MOST_LINES
    assert own.count("<line") > 45
    assert slope.COLOURS["grey"] in own
    assert "region 07: 26" in own


RATES = st.lists(
    st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)), min_size=1, max_size=MOST_LINES
)


@given(RATES)
@settings(max_examples=60, deadline=None)
def test_higher_rates_lie_higher_and_no_label_covers_another(rates: list[Any]) -> None:
    scale = axis([r for pair in rates for r in pair], None, Notation())
    assert scale is not None
    lines = [slope.Line(a, b, "left", f"g{i}", "plain") for i, (a, b) in enumerate(rates)]
    svg = slope.slope(lines, scale, "Old", "New", "x" * 50)
    height = float(re.findall(r'height="([\d.]+)"', svg)[0])
    ends = [float(y) for y in re.findall(rf'<circle cx="{slope.RIGHT}" cy="([\d.]+)"', svg)]
    for (_, one), y in zip(rates, ends, strict=True):
        for (_, other), z in zip(rates, ends, strict=True):
            if one > other:
                assert y <= z + 0.1
    labels = sorted(float(y) for y in re.findall(rf'<text x="{slope.RIGHT + 9}" y="([\d.]+)"', svg))
    assert len(labels) == len(rates)
    assert all(b - a >= slope.STEP - 0.2 for a, b in itertools.pairwise(labels))
    assert labels[0] > 0
    assert labels[-1] <= height


# The pages.


@pytest.mark.parametrize("name", ["worse", "forty", "nothing", "unchanged"])
def test_page_one_is_one_page_and_none_is_nearly_empty(name: str, tmp_path: Path) -> None:
    found = pages(name, tmp_path)
    assert "What could not be compared" in found[0]
    assert len(found[0].split()) <= 380
    for number, text in enumerate(found, 1):
        assert len(text.split()) >= 40, (number, text)


def test_the_report_of_the_new_release_shows_the_comparison() -> None:
    record = records.failing()
    base = made("worse")
    new = base.new.model_copy(update={"record_sha256": record.digest})
    about = base.model_copy(update={"new": new})
    text = report.render(record, "html", report.Beside(release=about)).decode()
    told = section(text, "release")
    assert "Against release 7.1.0 : got worse" in told
    assert "▲ Got worse" in told
    assert text.count("<svg") == 3
    assert "Against release" in section(text, "contents")


def test_json_is_the_document_itself() -> None:
    tree = json.loads(render_comparison(made("mixed"), "json"))
    assert tree["questions"][0]["ask"] == comparisons.ASK
