"""The committed example reports are what the code makes of the sample data today."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path

import pikepdf
import pytest

import careaudit
from careaudit import samples
from careaudit.publication.document import schema as public_schema
from careaudit.record import AuditRecord, schema

REPORTS = Path(__file__).parents[2] / "reports"
PUBLISHED = ("telecom_credits", "fair_control", "cfpb_relief")
EDITIONS = {"public": ("json", "pdf", "html"), "impact": ("pdf", "html"), "brief": ("pdf", "html")}
AS_OF = date(2026, 11, 22)


def settled(tree: dict) -> dict:
    """A record without the versions of what made it: other libraries, the same findings."""
    provenance = {k: v for k, v in tree["provenance"].items() if k != "libraries"}
    books = {k: v for k, v in tree["double_entry"].items() if k != "version"}
    return tree | {"provenance": provenance, "double_entry": books}


def close(one: object, two: object) -> bool:
    """Equal but for the last digits of floats, which other processors may round otherwise."""
    if isinstance(one, float) and isinstance(two, float):
        return one == pytest.approx(two, rel=1e-9, abs=1e-12)
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(close(one[k], two[k]) for k in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(close, one, two))
    return one == two


@pytest.mark.parametrize("name", samples.names())
def test_each_committed_report_is_current(name):
    folder = REPORTS / name
    committed = AuditRecord.load(folder / "audit.json")
    fresh = careaudit.audit(plan=samples.directory(name), as_of=AS_OF)
    assert close(settled(json.loads(fresh.to_json())), settled(json.loads(committed.to_json()))), (
        "the sample audits differ: run `make reports` and read what changed"
    )
    from careaudit.report import render

    html = (folder / "report.html").read_text("utf-8")
    assert render(committed, "html").decode() == html, "the report differs: run `make reports`"


@pytest.mark.parametrize("name", samples.names())
def test_each_committed_pdf_carries_its_record(name):
    folder = REPORTS / name
    with pikepdf.open(folder / "report.pdf") as pdf:
        attached = pdf.attachments["audit.json"].get_file().read_bytes()
    assert attached == (folder / "audit.json").read_bytes()
    html = (folder / "report.html").read_text("utf-8")
    digest = hashlib.sha256(attached).hexdigest()
    assert digest in re.sub(r"\s|<wbr>", "", html)


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_committed_edition_is_current(name):
    from careaudit.report import prepare

    folder = REPORTS / name
    committed = AuditRecord.load(folder / "audit.json")
    for edition, formats in EDITIONS.items():
        made = prepare(committed, [f for f in formats if f != "pdf"], edition=edition)
        for file, raw in made.files.items():
            assert raw == (folder / file).read_bytes(), f"{file} differs: run `make reports`"
        with pikepdf.open(folder / f"{edition}.pdf") as pdf:
            inside = {file: a.get_file().read_bytes() for file, a in pdf.attachments.items()}
        public = {"public.json": (folder / "public.json").read_bytes()}
        assert inside == ({} if edition == "brief" else public)


def test_the_schema_of_publications_is_current():
    assert json.loads((REPORTS / "public.schema.json").read_text("utf-8")) == public_schema()


def test_the_published_schema_is_current():
    assert json.loads((REPORTS / "audit.schema.json").read_text("utf-8")) == schema()


def test_what_the_examples_are_for():
    # care_logs 7: (a) fails on income, (e) passes every gated question or says what is missing
    verdicts = {name: AuditRecord.load(REPORTS / name / "audit.json") for name in samples.names()}
    telecom = verdicts["telecom_credits"]
    assert telecom.verdict == "fail"
    failing = {c.segment for c in telecom.comparisons if c.verdict == "fail"}
    assert failing == {"zip_income"}
    assert verdicts["fair_control"].verdict == "pass"
