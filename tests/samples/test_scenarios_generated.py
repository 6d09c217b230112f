"""The four scenarios of care: deterministic, of any size, in plain dates; and their READMEs."""

from __future__ import annotations

import re

import pytest

from careaudit.errors import UsageError
from careaudit.samples import (
    directory,
    escalation_waits,
    outreach_optouts,
    six_pillars,
    tutor_engagement,
)
from careaudit.samples.tables import to_csv_gz

MODULES = [escalation_waits, outreach_optouts, six_pillars, tutor_engagement]
OURS = re.compile(r"`careaudit\.samples\.(\w+)\.generate\(rows=([\d_]+), seed=([\d_]+)\)`")


def name_of(module) -> str:
    return module.__name__.rpartition(".")[2]


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_two_runs_give_the_same_bytes_and_another_seed_gives_others(module):
    first, again, other = (
        {name: to_csv_gz(table) for name, table in module.generate(rows=1500, **seed).items()}
        for seed in ({}, {}, {"seed": 1})
    )
    assert first == again
    assert all(first[name] != other[name] for name in first)


@pytest.mark.parametrize("module", MODULES, ids=name_of)
@pytest.mark.parametrize("rows", [1, 2, 37, 1000])
def test_any_number_of_rows(module, rows):
    log = next(iter(module.generate(rows=rows).values()))
    assert {len(column) for column in log.values()} == {rows}
    key = ("person_id", "wave") if "wave" in log else (next(iter(log)),)
    assert len(set(zip(*(log[name] for name in key), strict=True))) == rows


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_log_without_rows_is_refused(module):
    with pytest.raises(UsageError, match="at least 1"):
        module.generate(rows=0)


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_readme_says_how_the_log_was_made(module):
    text = (directory(name_of(module)) / "README.md").read_text(encoding="utf-8")
    (made,) = OURS.findall(text)
    assert made == (name_of(module), f"{module.ROWS:_}", f"{module.SEED:_}")
    assert text.splitlines()[2].startswith("**Synthetic.**")
