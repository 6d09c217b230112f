"""The plan: its shape, its errors, its digest."""

from __future__ import annotations

import json
import tomllib

import jsonschema
import pytest

from careaudit.check import check
from careaudit.errors import PlanError, UsageError
from careaudit.plan import from_options, load, parse, schema

MINIMAL = """
schema_version = 1
[audit]
name = "Credits"
justification = "Denial is the harm customers report."
[log]
path = "log.csv"
[log.columns]
decision = "outcome"
[outcome]
favorable = ["approved"]
adverse = ["denied"]
[[segments]]
name = "language"
column = "language"
[[questions]]
id = "credit"
segments = ["language"]
"""


def changed(old: str, new: str) -> str:
    assert old in MINIMAL
    return MINIMAL.replace(old, new)


def test_defaults_are_the_design_s():
    plan = parse(MINIMAL)
    question = plan.questions[0]
    assert (question.limit.ratio, question.limit.floor, question.limit.cap) == (0.8, 0.01, 0.1)
    assert (question.gate, question.inconclusive, question.measure) == (True, "close", None)
    assert plan.segments[0].reference == "largest"
    statistics = plan.statistics
    assert (statistics.alpha, statistics.confidence, statistics.scope) == (0.05, 0.8, 100)
    assert plan.privacy.min_cell == 10
    assert plan.outcome.confirmed is False


def test_the_design_s_example_is_a_plan(tmp_path):
    # design 4, every table of it
    text = (
        MINIMAL.replace('decision = "outcome"', 'decision = "outcome"\nsubject_id = "c"')
        + """
        within = ["intent"]
        pillar = "fairness"
        inconclusive = "warn"
        limit = { ratio = 0.80, floor = 0.01, cap = 0.10 }
        [tables.customers]
        path = "secure/customers.parquet"
        key = { subject_id = "customer_id" }
        access = "restricted"
        [label]
        column = "customers.due"
        positive = ["1"]
        selection = "random_sample"
        mature_after = "45d"
        [drivers]
        fields = ["intent", "channel"]
        [public]
        purpose = "To grant credits"
        [statistics]
        alpha = 0.05
        [privacy]
        min_cell = 20
    """
    )
    (tmp_path / "careaudit.toml").write_text(text)
    assert load(tmp_path).label.maturity.days == 45


def test_a_changed_plan_is_a_new_audit():
    one = parse(MINIMAL)
    assert parse("# a comment\n" + MINIMAL).digest == one.digest
    assert parse(changed('id = "credit"', 'id = "credit"\ngate = true')).digest == one.digest
    assert parse(changed('"Credits"', '"Credit"')).digest != one.digest


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('column = "language"', 'colum = "language"', 'did you mean "column"?'),
        ("[[segments]]", "[[segment]]", 'did you mean "segments"?'),
        ('decision = "outcome"', 'decison = "outcome"', 'did you mean "decision"?'),
        ('segments = ["language"]', 'segments = ["langage"]', 'did you mean "language"?'),
        ('adverse = ["denied"]', 'adverse = ["approved"]', "more than one of"),
        ('adverse = ["denied"]\n', "adverse = []\nfavorable = []\n", "favorable"),
        ('id = "credit"', 'id = "credit"\nlimit = { ratio = 1.25 }', "limit.ratio"),
        ('id = "credit"', 'id = "credit"\nlimit = { floor = 0.2 }', "above cap"),
        ('id = "credit"', 'id = "no spaces please"', "id"),
        ('column = "language"', 'column = "x"\norder = ["a"]\nreference = "b"', "not in order"),
        ('column = "language"', 'column = "x"\norder = ["a", "a"]', "twice"),
        ('name = "language"', 'name = "a*b"', "crosses"),
        ('name = "Credits"', 'name = ""', "name"),
        ("schema_version = 1", "schema_version = 2", "newer"),
        ("schema_version = 1", 'schema_version = "one"', "schema_version"),
        ('favorable = ["approved"]', "favorable = [yes]", "TOML"),
        ('id = "credit"', 'id = "credit"\nfloor = nan', "floor"),
        ("[outcome]", '[public]\nperson = "  "\n[outcome]', "public.person"),
        ("[outcome]", '[public]\npersons = "x"\n[outcome]', 'did you mean "person"?'),
        ("[log.columns]", '[log.values.decision]\na = "x"\nb = "x"\n[log.columns]', "two lists"),
        ('path = "log.csv"', 'path = "log.csv"\n[tables."a b"]\npath = "x"\nkey = { a = "b" }',
         "letters"),
        ('justification = "Denial is the harm customers report."', "", "justification"),
    ],
)  # fmt: skip
def test_each_fault_names_its_place(old, new, says):
    with pytest.raises(PlanError) as caught:
        parse(changed(old, new), where="careaudit.toml")
    assert says in str(caught.value)
    assert str(caught.value).startswith("careaudit.toml: ")
    assert ".." not in str(caught.value)


def test_hostile_toml_is_refused():
    with pytest.raises(PlanError):
        parse("a = " + "[" * 100_000)
    with pytest.raises(PlanError):
        parse("[" + ".".join(["a"] * 5_000) + "]\nb = 1")


def test_a_huge_file_is_not_read(tmp_path):
    (tmp_path / "careaudit.toml").write_text("# " + "x" * 2_000_000)
    with pytest.raises(PlanError, match="bytes"):
        load(tmp_path)


def test_a_missing_plan_says_how_to_get_one(tmp_path):
    with pytest.raises(PlanError, match="careaudit init"):
        load(tmp_path / "careaudit.toml")


def test_the_schema_accepts_what_the_model_accepts():
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(tomllib.loads(changed('path = "log.csv"', 'path = ["log.csv"]')), schema())
    json.dumps(schema())


def test_a_measure_that_is_not_known_has_a_neighbour():
    plan = parse(changed('id = "credit"', 'id = "credit"\nmeasure = "advers_rate"'))
    with pytest.raises(PlanError, match='Did you mean "adverse_rate"'):
        check(plan)


@pytest.mark.parametrize(
    ("floor", "says"),
    [("0", None), ("1", None), ("0.95", None), ("-0.01", "-0.01"), ("1.5", "1.5"), ("95", "0.95")],
)
@pytest.mark.parametrize("measure", ["", 'measure = "sla_attainment"\n'])
def test_the_floor_of_a_share_is_a_share(floor, says, measure):
    plan = parse(changed('id = "credit"', f'id = "credit"\n{measure}floor = {floor}'))
    if says is None:
        check(plan)
        assert plan.questions[0].floor == float(floor)
        return
    with pytest.raises(PlanError) as caught:
        check(plan)
    assert says in str(caught.value)


def test_the_floor_of_another_scale_is_on_that_scale():
    asked = 'id = "credit"\nmeasure = "wait_median"\nfloor = 300'
    plan = parse(changed('id = "credit"', asked))
    check(plan)
    assert plan.questions[0].floor == 300


def test_public_texts_are_taken_without_the_blanks_around_them():
    plan = parse(changed("[outcome]", '[public]\nperson = """\n Say so. \n"""\n[outcome]'))
    assert plan.public.person == "Say so."
    assert plan.public.owner is None
    assert plan.digest == parse(MINIMAL).digest, "what is told to the public decides nothing"


def test_options_make_a_plan():
    plan = from_options(
        name="log.csv", decision="outcome", by=["a", "b", "a*b"], adverse=["denied"]
    )
    assert [segment.name for segment in plan.segments] == ["a", "b"]
    assert plan.questions[0].crossings == ("a*b",)
    with pytest.raises(UsageError, match="outcome"):
        from_options(name="x", decision="d", by=["a"])
    with pytest.raises(UsageError, match="segment"):
        from_options(name="x", decision="d", by=[], adverse=["denied"])
