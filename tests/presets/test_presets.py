"""Policy presets: what they bring to a plan, and what they never say."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
import zipfile
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import careaudit
from careaudit import plan as plans
from careaudit.check import check
from careaudit.errors import PlanError
from careaudit.plan import parse, preset

ROOT = Path(__file__).parents[2]
BANNED = (  # governance 7, in all outputs
    r"compliant|complies|conforms|meets the requirements|certified|approved by|legal threshold|"
    r"legal limit|safe harbou?r|violates|discriminates|biased|unbiased|fair|equitable|"
    r"no disparity|because of|due to|independent audit|auditor|third-party|AEDT|insignificant|"
    r"vulnerable"
)
BARE = """
[audit]
name = "Credits"
justification = "Denial is the harm customers report."
[log]
path = "log.csv"
columns = { decision = "outcome" }
[outcome]
favorable = ["granted"]
adverse = ["denied"]
confirmed = true
[[segments]]
name = "lang"
column = "lang"
kind = "protected"
[[segments]]
name = "channel"
column = "channel"
"""
OWN = """
[[questions]]
id = "mine"
segments = ["lang"]
"""


def extending(name: str, rest: str = "") -> plans.Plan:
    return parse(f'extends = "{name}"\n{BARE}{rest}')


NAMES = preset.names()


def test_the_four_of_the_issue_are_there():
    assert set(NAMES) >= {
        "care-default",
        "four-fifths-descriptive",
        "nyc-ll144",
        "fca-consumer-duty-view",
    }


@pytest.mark.parametrize("name", NAMES)
def test_each_preset_makes_a_plan_that_can_be_checked(name):
    plan = extending(name)
    check(plan)
    assert plan.preset.name == plan.extends == name
    assert plan.questions[0].segments == ("lang", "channel")
    document = tomllib.loads(f'extends = "{name}"\n{BARE}')
    jsonschema.Draft202012Validator(plans.schema()).validate(document)


@pytest.mark.parametrize("name", NAMES)
def test_each_preset_says_what_it_is_in_permitted_words(name):
    found = preset.preset(name)
    texts = [
        found.title,
        found.source,
        found.says,
        *(q.ask or "" for q in extending(name).questions),
    ]
    for text in texts:
        assert not re.search(rf"\b({BANNED})\b", text, re.IGNORECASE), text
    assert len(found.says) > 200
    assert "\n" not in found.says
    if found.status != "internal policy":
        assert "Used as a reference; whether it applies to these decisions is not assessed" in (
            found.says
        )


def test_care_default_changes_no_default():
    bare = parse(BARE + OWN)
    defaults = extending("care-default", OWN)
    assert defaults.statistics == bare.statistics
    assert defaults.privacy == bare.privacy
    question = extending("care-default").questions[0]
    own = bare.questions[0]
    assert (question.limit, question.gate, question.inconclusive, question.measure) == (
        own.limit, own.gate, own.inconclusive, own.measure,
    )  # fmt: skip
    written = tomllib.loads(preset.text("care-default", where="test"))
    assert set(written["statistics"]) == set(plans.Statistics.model_fields)  # all are explicit
    assert set(written["privacy"]) == set(plans.Privacy.model_fields)


@pytest.mark.parametrize("name", ["four-fifths-descriptive", "nyc-ll144"])
def test_descriptive_presets_gate_nothing(name):
    plan = extending(name)
    assert not any(question.gate for question in plan.questions)
    assert all(q.limit.ratio == 0.8 and q.measure == "favorable_rate" for q in plan.questions)


def test_only_measures_of_the_catalogue_stand_in_the_consumer_duty_view():
    says = preset.preset("fca-consumer-duty-view").says
    assert all(word in says for word in ("cannot measure yet", "price", "understanding", "support"))
    assert [q.measure for q in extending("fca-consumer-duty-view").questions] == [
        None, "wrongful_adverse_rate",
    ]  # fmt: skip


# Merging.


def test_the_plan_wins_key_by_key_and_its_arrays_replace():
    plan = extending("care-default", OWN + "[statistics]\nscope = 50\n")
    assert [question.id for question in plan.questions] == ["mine"]
    assert (plan.statistics.scope, plan.statistics.alpha) == (50, 0.05)
    ratios = extending("nyc-ll144", '[impact_ratio]\nunknown = "per_axis"\n').impact_ratio
    assert (ratios.unknown, ratios.threshold) == ("per_axis", 0.8)


trees = st.recursive(
    st.integers() | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=12,
)
tables = st.dictionaries(st.sampled_from("abcd"), trees, max_size=4)


def leaves(tree: dict, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    found = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found |= leaves(value, (*path, key))
        else:
            found[(*path, key)] = value
    return found


@given(tables, tables)
def test_every_leaf_is_the_plan_s_or_else_the_preset_s(base, over):
    merged = leaves(preset._over(base, over))
    mine, theirs = leaves(over), leaves(base)
    assert mine.items() <= merged.items()
    for path, value in merged.items():
        assert path in mine or theirs[path] == value
    for path in theirs.keys() - merged.keys():
        # Gone: the plan put a value above it or a table below.
        assert any(
            path[: len(other)] == other or other[: len(path)] == path for other in mine
        ) or covered_by_empty(over, path)


def covered_by_empty(tree: object, path: tuple[str, ...]) -> bool:
    """The plan says an (empty) table where the preset had a value."""
    for step in path:
        if not isinstance(tree, dict) or step not in tree:
            return False
        tree = tree[step]
    return isinstance(tree, dict)


def test_the_digest_covers_what_the_preset_brings_and_what_it_is(monkeypatch):
    before = extending("care-default").digest
    assert before == extending("care-default").digest
    assert before != extending("four-fifths-descriptive").digest
    assert extending("care-default", OWN).digest != parse(BARE + OWN).digest
    written = preset.text("care-default", where="test")
    for old, new in (("2026-11-22", "2026-11-23"), ("scope = 100", "scope = 101")):
        monkeypatch.setattr(preset, "text", lambda *_, o=old, n=new, **__: written.replace(o, n))
        assert extending("care-default").digest != before


def test_adding_a_preset_is_adding_a_file(tmp_path, monkeypatch):
    folder = tmp_path / "presets"
    folder.mkdir()
    text = preset.text("care-default", where="test").replace("care-default", "ours")
    (folder / "ours.toml").write_text(text)
    (folder / "notes.txt").write_text("not a preset")
    monkeypatch.setattr(preset, "files", lambda _: tmp_path)
    assert preset.names() == ("ours",)
    assert extending("ours").preset.name == "ours"
    assert plans.schema()["properties"]["extends"]["enum"] == ["ours"]


# Every segment.


def question_segments(text: str) -> tuple[str, ...]:
    return parse(f'{BARE}[[questions]]\nid = "q"\nsegments = {text}\n').questions[0].segments


def test_a_star_is_every_segment_in_order():
    assert question_segments('["*"]') == ("lang", "channel")
    assert question_segments('"*"') == ("lang", "channel")
    assert question_segments('["channel", "*"]') == ("channel", "lang")
    assert question_segments('["*", "lang*channel"]') == ("lang", "channel", "lang*channel")
    star, named = (parse(f'{BARE}[[questions]]\nid = "q"\nsegments = {text}\n')
                   for text in ('["*"]', '["lang", "channel"]'))  # fmt: skip
    assert star.digest == named.digest


# What is refused.


@pytest.mark.parametrize("value", [
    '"nyc"', '""', "3", '["care-default"]', "{ a = 1 }", "true", '"../presets/nyc-ll144"',
    '"nyc-ll144.toml"', '"/etc/passwd"', '"\\u001b[31mred"',
])  # fmt: skip
def test_an_unknown_preset_is_refused_with_the_list(value):
    with pytest.raises(PlanError) as caught:
        parse(f"extends = {value}\n{BARE}", where="my.toml")
    assert caught.value.where == "my.toml"
    assert all(name in caught.value.hint for name in NAMES)
    assert "\x1b" not in str(caught.value)


def test_a_near_miss_is_asked_after():
    with pytest.raises(PlanError, match='Did you mean "nyc-ll144"'):
        extending("nyc_ll144")
    with pytest.raises(PlanError) as caught:
        extending("x" * 100_000)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("text", [
    '[preset]\nname = "mine"\n', "preset = 1\n", 'extends = "care-default"\n[preset]\n',
])  # fmt: skip
def test_a_plan_cannot_write_the_preset_table(text):
    with pytest.raises(PlanError, match="not for a plan to write"):
        parse(text + BARE + OWN)


def test_without_questions_the_error_stays():
    with pytest.raises(PlanError, match="questions: is missing"):
        parse(BARE)


@pytest.mark.parametrize(("text", "match"), [
    ('axes = ["tongue"]', "names the segment"),
    ('axes = ["langu"]', 'did you mean "lang"'),
    ('axes = ["lang", "lang"]', "twice"),
    ('unknown = "drop"', "listwise"),
    ("threshold = 1.0", "less than 1"),
    ("treshold = 0.8", 'did you mean "threshold"'),
    ('exclude = [{ segment = "lang", group = "x", justification = " " }]', "justification"),
    ('exclude = [{ segment = "lang", group = "x" }]', "is missing"),
    ('exclude = [{ segment = "channel", group = "x", justification = "y" }]', "known: lang"),
    ("exclude = ["
     + ", ".join(2 * ['{ segment = "lang", group = "x", justification = "y" }'])
     + "]", "x of lang twice"),
])  # fmt: skip
def test_wrong_impact_ratio_tables_are_refused(text, match):
    with pytest.raises(PlanError, match=match):
        extending("nyc-ll144", f"[impact_ratio]\n{text}\n")


def test_axes_are_protected_and_proxy_segments_unless_named():
    assert extending("nyc-ll144").axes == ("lang",)
    assert extending("nyc-ll144", '[impact_ratio]\naxes = ["channel", "lang"]\n').axes == (
        "channel", "lang",
    )  # fmt: skip
    assert extending("care-default").axes == ()
    with pytest.raises(PlanError, match="has 0 axes"):
        parse(f'extends = "nyc-ll144"\n{BARE}'.replace("protected", "operational"))
    more = "".join(
        f'[[segments]]\nname = "s{n}"\ncolumn = "s{n}"\nkind = "proxy"\n' for n in range(4)
    )
    with pytest.raises(PlanError, match="has 5 axes and takes 1 to 4"):
        extending("nyc-ll144", more)


# The record, and the command line.


def lines() -> list[str]:
    return ["outcome,lang,channel"] + [
        f"{'granted' if i % 3 else 'denied'},{'en' if i % 2 else 'fr'},{'web' if i % 5 else 'app'}"
        for i in range(600)
    ]


@pytest.fixture
def planned(tmp_path, write_log):
    write_log("log.csv", lines())
    path = tmp_path / "careaudit.toml"
    path.write_text(f'extends = "four-fifths-descriptive"\n{BARE}')
    return path


def test_the_record_names_the_preset_and_warns_once_it_is_old(planned):
    found = preset.preset("four-fifths-descriptive")
    for days, aged in ((-400, False), (180, False), (181, True)):
        day = date.fromordinal(found.as_of.toordinal() + days)
        record = careaudit.audit(plan=planned, as_of=day)
        notes = [note for note in record.quality if note.code == "reference_aged"]
        assert bool(notes) == aged
        assert all(note.severity == "warning" and "2026-11-22" in note.message for note in notes)
    assert record.audit.preset.model_dump() == {
        "name": "four-fifths-descriptive",
        "title": found.title,
        "source": found.source,
        "as_of": "2026-11-22",
        "status": "reference",
    }
    assert record.provenance.plan_sha256 == plans.load(planned).digest
    assert (record.verdict, record.reason) == ("inconclusive", "not_assessed")  # nothing is gated
    assert careaudit.AuditRecord.from_json(record.to_json()) == record


def test_an_audit_without_a_preset_has_none(planned):
    planned.write_text(BARE + OWN)
    record = careaudit.audit(plan=planned, as_of="2030-01-01")
    assert record.audit.preset is None
    assert record.impact.ratio_tables == ()
    assert not {note.code for note in record.quality} & {"reference_aged", "best_of_several"}


@pytest.mark.parametrize("name", NAMES)
def test_plan_check_works_with_and_without_data(run, tmp_path, write_log, name):
    (tmp_path / "careaudit.toml").write_text(f'extends = "{name}"\n{BARE}')
    absent = run("plan", "check")
    assert absent.exit_code == 0, absent.output
    assert "Only the plan was checked" in absent.output
    assert run("plan", "check", "--no-data").exit_code == 0
    write_log("log.csv", lines())
    present = run("plan", "check")
    assert present.exit_code == 0, present.output
    assert "Only the plan was checked" not in present.output


def test_plan_check_tells_an_exclusion_that_the_log_does_not_allow(run, tmp_path, write_log):
    text = 'exclude = [{ segment = "lang", group = "fr", justification = "few" }]'
    (tmp_path / "careaudit.toml").write_text(
        f'extends = "nyc-ll144"\n{BARE}[impact_ratio]\n{text}\n'
    )
    assert run("plan", "check").exit_code == 0
    write_log("log.csv", lines())
    found = run("plan", "check")
    assert found.exit_code == 3
    assert '"fr" of lang cannot be left out: it has 300 of 600 decisions (50.00%)' in found.output


def test_plan_show_prints_the_merged_plan(run, planned):
    tree = json.loads(run("plan", "show").output)
    assert tree["extends"] == tree["preset"]["name"] == "four-fifths-descriptive"
    assert tree["questions"][0]["segments"] == ["lang", "channel"]


def test_plan_presets_lists_and_prints(run):
    listed = run("plan", "presets").output
    for name in NAMES:
        assert name in listed
        printed = run("plan", "presets", name).output
        assert tomllib.loads(printed)["preset"]["name"] == name
    wrong = run("plan", "presets", "nyc")
    assert wrong.exit_code == 2
    assert 'Did you mean "nyc-ll144"' in wrong.output


def test_the_schema_knows_presets_and_still_asks_for_questions_without_one():
    validator = jsonschema.Draft202012Validator(plans.schema())
    bare, own = tomllib.loads(BARE), tomllib.loads(BARE + OWN)
    assert validator.is_valid(own)
    assert not validator.is_valid(bare)
    assert validator.is_valid(bare | {"extends": "care-default"})
    assert not validator.is_valid(bare | {"extends": "no-such"})
    assert not validator.is_valid(own | {"preset": {}})


def test_a_wheel_holds_every_preset(tmp_path):
    wheels = pytest.importorskip("hatchling.builders.wheel")
    listed = subprocess.run(
        ["git", "ls-files", "careaudit/plan"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    (path,) = wheels.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    held = zipfile.ZipFile(path).namelist()
    for name in NAMES:
        assert f"careaudit/plan/presets/{name}.toml" in held
        assert f"careaudit/plan/presets/{name}.toml" in listed
