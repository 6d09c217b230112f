"""One decision explained: counted by hand, nothing private in it, and every refusal in words."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from click.testing import CliRunner
from statsmodels.stats.proportion import proportion_confint

from careaudit.cli import main
from careaudit.cli.explain import _said
from careaudit.errors import DataError, PlanError
from careaudit.explain import Explanation, explain
from careaudit.plan import Plan
from careaudit.sources import Request, open_source

SAMPLES = Path(__file__).parents[2] / "sample_data"
DAY = date(2026, 7, 1)
COLUMNS = {
    "decision": "outcome", "decision_id": "id", "subject_id": "customer", "decided_at": "at",
    "amount": "usd", "score": "risk", "threshold": "cut", "model_version": "model",
    "reason_code": "why", "explanation": "told", "text": ["message"],
}  # fmt: skip


def tree(**more: object) -> dict[str, object]:
    return {
        "audit": {"name": "n", "justification": "j", "system": "bot", "release": "2"},
        "log": {"columns": COLUMNS, "currency": "EUR"},
        "outcome": {"adverse": ["denied"], "favorable": ["granted"], "neutral": ["passed on"],
                    "confirmed": True},
        "segments": [{"name": "zip", "column": "zip"}],
        "questions": [{"id": "q", "measure": "adverse_rate", "segments": ["zip"]}],
        "drivers": {"fields": ["intent", "speed"]},
        "public": {"appeal": "Write to us.", "person": "Say 'a person'."},
    } | more  # fmt: skip


def plan(**more: object) -> Plan:
    return Plan.model_validate(tree(**more))


def rows(n: int, start: int, **said: str) -> pd.DataFrame:
    """Rows that differ in their ids only."""
    at = range(start, start + n)
    known = {
        "outcome": "granted", "at": "2026-05-01", "usd": "5", "risk": "0.4", "cut": "0.5",
        "model": "m1", "why": "fine", "told": "All well.", "message": "secret words",
        "zip": "z", "intent": "bill", "speed": "10",
    }  # fmt: skip
    return pd.DataFrame(
        {name: [value] * n for name, value in (known | said).items()}
        | {"id": [f"d{i}" for i in at], "customer": [f"person-{i}" for i in at]}
    )


def log() -> pd.DataFrame:
    """d0 is asked about. Of 50 others who wrote of bills as fast, 20 are granted.

    Of those who wrote of outages, 40 are granted; the speeds are 1 to 13 and 10.
    """
    return pd.concat(
        [
            rows(1, 0, outcome="denied", usd="", risk="0.62", why="risk", told="Too risky, sorry."),
            rows(30, 1, outcome="denied"),
            rows(20, 31),
            rows(40, 51, intent="outage"),
            *(rows(12, 100 + 12 * n, intent="other", speed=str(n), outcome="denied")
              for n in range(1, 14)),
        ],
        ignore_index=True,
    )  # fmt: skip


def ask(data: pd.DataFrame, decision_id: str = "d0", of: Plan | None = None) -> Explanation:
    return explain(of or plan(), Path(), decision_id, data=data, as_of=DAY)


def test_what_is_said_is_what_the_log_says():
    found = ask(log())
    assert (found.decision_id, found.side, found.decision) == ("d0", "adverse", "denied")
    assert (found.decided_at, found.model_version, found.system) == ("2026-05-01", "m1", "bot")
    assert (found.amount, found.currency) == (None, None)
    assert (found.score, found.threshold) == (0.62, 0.5)
    assert found.from_cut == pytest.approx(0.12)
    assert (found.reason_code, found.explanation) == ("risk", "Too risky, sorry.")
    assert [(each.name, each.value) for each in found.inputs] == [
        ("intent", "bill"), ("speed", "10")
    ]  # fmt: skip
    assert (found.appeal, found.person, found.complaint) == (
        "Write to us.",
        "Say 'a person'.",
        None,
    )
    paid = ask(log(), "d31")
    assert (paid.side, paid.amount, paid.currency) == ("favorable", 5.0, "EUR")


def test_comparable_customers_are_counted_by_hand():
    found = ask(log())
    assert found.compared_by == ("intent", "speed")
    assert (found.comparable_cases, found.comparable_customers) == (50, 50)
    assert (found.comparable_favorable, found.comparable_share) == (20, 0.4)
    low, high = proportion_confint(0.4 * 49, 49, method="wilson")
    assert (found.comparable_low, found.comparable_high) == pytest.approx((low, high))
    assert found.comparable_reason is None


def test_where_like_cases_were_granted_no_input_differs():
    found = ask(log())
    assert (found.changes, found.change_cases, found.change_reason) == ((), 20, "same_inputs")


def test_the_inputs_in_which_the_nearest_favorable_cases_differ():
    data = log()
    data = data[~data.id.isin([f"d{n}" for n in range(31, 51)])]  # nobody like d0 is granted
    (change,) = ask(data).changes
    assert (change.name, change.share, change.most_often) == ("intent", 1.0, "outage")
    assert ask(data).change_cases == 40
    far = pd.concat([data[data.intent != "outage"], rows(16, 600, speed="13"),
                     rows(12, 700, intent="outage")])  # fmt: skip
    changes = {one.name: (one.share, one.most_often) for one in ask(far).changes}
    assert changes == {"speed": (16 / 28, "higher"), "intent": (12 / 28, "outage")}


def test_a_favorable_decision_needs_no_change():
    found = ask(log(), "d31")
    assert (found.changes, found.change_reason) == ((), "favorable")


def test_too_few_customers_are_not_shown():
    data = pd.concat([rows(1, 0, outcome="denied"), rows(9, 1)])
    data["speed"] = ["10"] * 9 + [""]
    found = ask(data)
    assert (found.comparable_cases, found.comparable_reason) == (None, "few_cases")
    assert (found.changes, found.change_reason) == ((), "few_cases")
    same = pd.concat([data, rows(30, 50)])
    same.loc[same.id.isin([f"d{n}" for n in range(50, 80)]), "customer"] = "person-1"
    assert ask(same).comparable_reason == "few_cases"


def test_the_customers_own_decisions_are_not_compared_with():
    data = log()
    own = rows(25, 800)
    own["customer"] = "person-0"
    assert ask(pd.concat([data, own])).comparable_favorable == 20


def test_without_inputs_and_with_little_mapped_it_still_says_what_it_can():
    few = {"decision": "outcome", "decision_id": "id"}
    found = ask(log(), of=plan(drivers={}, log={"columns": few}, public={}))
    assert (found.comparable_reason, found.change_reason) == ("no_inputs", "no_inputs")
    assert (found.inputs, found.score, found.reason_code, found.appeal) == ((), None, None, None)
    assert ask(log(), of=plan(log={"columns": few})).comparable_cases == 50


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcome": "passed on"}, "neutral"),
        ({"outcome": ""}, "not recorded"),
        ({"outcome": "odd"}, "not in the plan"),
        ({"at": "2025-01-01"}, "outside the period"),
        ({"at": ""}, "day is not recorded"),
    ],
)
def test_a_decision_that_is_left_out_is_told_why(change, words):
    data = pd.concat([log(), rows(1, 900, **change)])
    of = plan(audit={"name": "n", "justification": "j", "period": {"from": "2026-01-01"}})
    with pytest.raises(DataError, match=words) as caught:
        ask(data, "d900", of)
    assert caught.value.exit_code == 3
    assert caught.value.hint


def test_of_repeated_rows_the_latest_is_explained():
    data = pd.concat([log(), rows(1, 0, at="2026-06-01")])
    assert (ask(data).side, ask(data).decided_at) == ("favorable", "2026-06-01")


HOSTILE = [
    "", "   ", "nobody", "d0' OR '1'='1", "d0'; DROP TABLE x; --", "%", "d_", "\x1b[31md0",
    "d0\x00", "\udc80", "d0" * 50_000, "D0", "*", "\u202ed0",
]  # fmt: skip


def test_hostile_ids_find_nothing_and_harm_nothing():
    source, request = open_source(plan(), Path(), log()), Request(plan(), (), (), DAY)
    for name in HOSTILE:
        assert source.single(request, name, []) == ((), ())
    assert source.single(request, " d0 ", [])[1] == ("used",)
    with pytest.raises(DataError, match="has the id") as caught:
        ask(log(), "\x1b[31m" * 1_000)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 220


def test_an_id_that_is_hostile_and_there_is_found():
    data = log()
    for name in ("x'; DROP TABLE y; --", "\x1b[31mred", "😀"):
        data.loc[0, "id"] = name
        source = open_source(plan(), Path(), data)
        used, _ = source.single(Request(plan(), (), (), DAY), name, ["why"])
        assert [one.said["why"] for one in used] == ["risk"]


def test_a_plan_without_ids_or_outcome_is_refused_with_a_step():
    with pytest.raises(PlanError, match="decision_id") as caught:
        ask(log(), of=plan(log={"columns": {"decision": "outcome"}}))
    assert "[log.columns]" in str(caught.value)
    label = {"column": "told", "positive": ["x"], "selection": "all"}
    with pytest.raises(PlanError, match="good or bad"):
        ask(log(), of=plan(log={"columns": {"decision_id": "id"}}, outcome=None, label=label,
                           questions=[{"id": "q", "measure": "label_coverage",
                                       "segments": ["zip"]}]))  # fmt: skip


# Nothing private.


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A plan with a restricted table on disk."""
    data = log()
    data["note"] = [f"her secret number {n} is on the second page" for n in range(len(data))]
    data.to_csv(tmp_path / "log.csv", index=False)
    zips = [f"quarter-{n % 3}" for n in range(len(data))]
    pay = [f"{7000 + n}usd" for n in range(len(data))]
    people = {"who": data.customer, "quarter": zips, "pay": pay}
    pd.DataFrame(people).to_csv(tmp_path / "people.csv", index=False)
    listed = ", ".join(f"{name} = {json.dumps(column)}" for name, column in COLUMNS.items())
    (tmp_path / "careaudit.toml").write_text(f"""
[audit]
name = "n"
justification = "j"
[log]
path = ["log.csv"]
columns = {{ {listed} }}
[tables.people]
path = "people.csv"
key = {{ subject_id = "who" }}
access = "restricted"
[outcome]
favorable = ["granted"]
adverse = ["denied"]
neutral = ["passed on"]
confirmed = true
[[segments]]
name = "quarter"
column = "people.quarter"
[[questions]]
id = "q"
measure = "adverse_rate"
segments = ["quarter"]
[drivers]
fields = ["intent", "people.quarter", "people.pay", "customer", "people.who", "note", "outcome"]
""")
    return tmp_path


def cli(*args: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["explain", *map(str, args)])
    return done.exit_code, done.stdout, done.stderr


def test_nothing_restricted_no_customer_and_no_text_is_printed(home):
    for form, name in (("json", "d31"), ("json", "d0"), ("text", "d0")):
        code, out, err = cli("--decision", name, "-c", home, "-f", form, "--as-of", DAY)
        assert code == 0, err
        for private in ("quarter-", "person-", "secret", "usd"):
            assert private not in out + err
    assert "people.quarter  restricted, not shown" in " ".join(out.split("\n")).replace("   ", "  ")
    assert "private, not shown" in out
    assert "free text, not shown" in out
    assert "outcome" not in out  # what was decided is no input


def test_nothing_is_compared_by_a_restricted_input_which_would_tell_its_value(home):
    text = (home / "careaudit.toml").read_text()
    start = text.index("fields = [")
    (home / "careaudit.toml").write_text(text[:start] + 'fields = ["people.quarter"]\n')
    found = json.loads(cli("--decision", "d0", "-c", home, "-f", "json", "--as-of", DAY)[1])
    assert found["compared_by"] == []
    assert found["comparable_cases"] is None
    assert found["changes"] == []
    assert found["inputs"] == [
        {"name": "people.quarter", "value": None, "hidden": "restricted"}
    ]  # fmt: skip


def test_the_terminal_page_says_all_of_it(home):
    code, out, err = cli("--decision", "d0", "-c", home / "careaudit.toml", "--as-of", DAY)
    assert (code, err) == (0, "")
    for words in ("denied, adverse to the customer", "0.62, 0.12 above its cut of 0.5", "risk",
                  "Too risky, sorry.", "How comparable customers fared", "How to contest it",
                  "The plan does not say", "authorized to see this decision"):  # fmt: skip
        assert words in out
    for banned in ("because", "explained by", "justified", "biased", "fair"):
        assert banned not in out
    assert max(map(len, out.splitlines())) <= 124
    assert cli("--decision", "d0", "-c", home, "--as-of", DAY)[1] == out
    assert sorted(path.name for path in home.iterdir()) == [
        "careaudit.toml",
        "log.csv",
        "people.csv",
    ]


def test_what_would_steer_a_terminal_is_shown_not_obeyed(home):
    data = pd.read_csv(home / "log.csv", dtype=str)
    data.loc[0, ["id", "told", "why", "intent"]] = [
        "\x1b]0;x\x07", "\x1b[2Jgone", "[bold]x[/bold]", "\u202eli"
    ]  # fmt: skip
    data.to_csv(home / "log.csv", index=False)
    code, out, err = cli("--decision", "\x1b]0;x\x07", "-c", home)
    assert code == 0, err
    assert not {"\x1b", "\x07", "\u202e"} & set(out)
    assert "[bold]x[/bold]" in out


def test_an_unknown_id_leaves_with_three_and_one_message(home):
    code, out, err = cli("--decision", "x' OR 1=1; --\x1b[31m", "-c", home)
    assert (code, out) == (3, "")
    assert 'no decision of the log has the id "x\' OR 1=1; -- [31m" in the column "id"' in err
    assert "Traceback" not in err
    assert "\x1b" not in err
    assert cli("--decision", "d0", "-c", home / "nowhere.toml")[0] == 3
    assert cli("-c", home)[0] == 2


# Drivers of a record.


def test_listed_drivers_that_the_decision_has_are_named():
    def driver(kind: str, name: str, *, listed: bool = True, group: str = "1") -> SimpleNamespace:
        return SimpleNamespace(question="q", segment="zip", group=group, reference="5", kind=kind,
                               name=name, listed=listed,
                               sentence=f"{name} goes along with the gap.")  # fmt: skip

    record = SimpleNamespace(
        drivers=(
            driver("term", "secret words"), driver("term", "words", listed=False),
            driver("term", "other phrase"), driver("field", "intent"),
            driver("field", "channel"), driver("subgroup", "intent"),
            driver("field", "intent", group="2"), driver("field", "intent", group="3"),
        )
    )  # fmt: skip
    found = explain(plan(), Path(), "d0", data=log(), as_of=DAY, record=record)
    assert [(one.kind, one.name, one.group, one.more) for one in found.drivers] == [
        ("term", "secret words", "1", 0), ("field", "intent", "1", 2)
    ]  # fmt: skip
    said = [_said(one) for one in found.drivers]
    assert said == [
        "zip 1 beside 5: secret words goes along with the gap.",
        "zip 1 beside 5: intent goes along with the gap. 2 more comparisons list it.",
    ]


# The real thing.


def test_a_denied_credit_of_the_sample_log():
    home = SAMPLES / "telecom_credits"
    code, out, err = cli("--decision", "cr-0000001", "-c", home, "-f", "json", "--as-of", DAY)
    assert code == 0, err
    found = json.loads(out)
    assert list(found) == list(Explanation.model_fields)
    log = pd.read_csv(home / "decisions.csv.gz", dtype=str).sort_values("decided_at")
    log = log.drop_duplicates("decision_id", keep="last")
    log = log[log.outcome.isin(["denied", "auto_denied", "approved", "credit_granted"])]
    days = pd.to_datetime(log.decided_at, errors="coerce", utc=True, format="ISO8601")
    log = log[days.between("2026-04-01", "2026-07-01")]  # the log holds days that are none
    (one,) = log[log.decision_id == "cr-0000001"].itertuples()
    like = log[(log.intent == one.intent) & (log.channel == one.channel)
               & (log.customer_id != one.customer_id)]  # fmt: skip
    granted = like.outcome.isin(["approved", "credit_granted"])
    assert (found["comparable_cases"], found["comparable_favorable"]) == (len(like), granted.sum())
    assert found["comparable_customers"] == like.customer_id.nunique(dropna=False)
    assert one.customer_id not in out
    assert found["appeal"].startswith("Ask for a person")
    assert cli("--decision", "cr-0000001", "-c", home, "-f", "json", "--as-of", DAY)[1] == out


def test_a_flagged_learner_of_the_sample_log():
    home = SAMPLES / "tutor_engagement"
    code, out, err = cli("--decision", "ts-000002", "-c", home, "--as-of", DAY)
    assert code == 0, err
    assert "flagged, adverse to the customer" in out
    assert "differ in reply_seconds, most often lower" in out
    for private in ("native", "l3564", "primary", "secondary"):
        assert private not in out
