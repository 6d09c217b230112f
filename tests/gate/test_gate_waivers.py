"""The file of waivers: what it accepts, what it refuses, and how it grows."""

from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from multiprocessing import get_context

import pytest
from gate_cases import DAY, Ask, record
from hypothesis import given
from hypothesis import strategies as st

from careaudit.errors import WaiverError
from careaudit.waivers import append, apply, draft, load

GOOD = """
[[waivers]]
finding = "credit/income/1"
release = "7.2.0"
ceiling = 1.6
reason = "A fix is under way."
approved_by = "Head of Care"
granted = 2026-11-22
expires = 2027-02-20
"""


def failing(**changes):
    return record(Ask(groups={"1": "fail", "2": "inconclusive"}), **changes)


def said(**changes):
    words = {"reason": "A fix is under way.", "approved_by": "Head of Care", "granted": DAY}
    return draft(failing(), changes.pop("finding", "credit/income/1"), **(words | changes))


def test_a_draft_keeps_the_gap_as_it_is_for_ninety_days():
    made = said()
    assert (made.ceiling, made.release) == (1.5, "7.2.0")
    assert made.expires == DAY + timedelta(days=90)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"finding": "credit/income/2"}, "Only a finding that fails"),
        ({"finding": "credit/incom/1"}, 'Did you mean "credit/income/1"'),
        ({"ceiling": 1.4}, "void at once"),
        ({"ceiling": 3.1}, "over 2 times the gap"),
        ({"approved_by": "\u200b"}, "can be read"),
        ({"ceiling": float("nan")}, "ceiling"),
        ({"ceiling": -1.0}, "ceiling"),
        ({"expires": DAY + timedelta(days=366)}, "more than 365 days"),
        ({"expires": DAY - timedelta(days=1)}, "before it was granted"),
        ({"reason": "   "}, "reason"),
        ({"approved_by": ""}, "approved_by"),
    ],
)
def test_what_no_waiver_may_say(changes, says):
    with pytest.raises(WaiverError, match=says):
        said(**changes)


def test_what_was_appended_is_read_back(tmp_path):
    path = tmp_path / "careaudit-waivers.toml"
    append(path, said(ticket="CARE-1"))
    (found,) = load(path)
    assert found == said(ticket="CARE-1")
    assert [a.state for a in apply([found], failing(), DAY)] == ["holds"]


def test_appending_leaves_what_is_there(tmp_path):
    path = tmp_path / "careaudit-waivers.toml"
    before = "# Agreed in the meeting of 3 November.\n" + GOOD.replace("income/1", "income/9")
    path.write_text(before)
    append(path, said())
    assert path.read_text().startswith(before)
    assert [w.finding for w in load(path)] == ["credit/income/9", "credit/income/1"]


def test_an_audit_without_a_release_takes_no_waiver():
    nameless = failing(release=None)
    with pytest.raises(WaiverError, match="names no release"):
        draft(nameless, "credit/income/1", reason="x", approved_by="y", granted=DAY)
    made = said().model_copy(update={"release": None})
    assert [a.state for a in apply([made], nameless, DAY)] == ["other_release"]


def _write(path, place):
    append(path, said().model_copy(update={"finding": f"credit/income/{place}"}))


def test_writers_at_once_lose_nothing(tmp_path):
    path = tmp_path / "careaudit-waivers.toml"
    with ProcessPoolExecutor(6, mp_context=get_context("spawn")) as pool:
        list(pool.map(partial(_write, path), range(12)))
    assert {w.finding for w in load(path)} == {f"credit/income/{n}" for n in range(12)}


def test_a_running_waiver_is_not_given_twice(tmp_path):
    path = tmp_path / "careaudit-waivers.toml"
    append(path, said())
    with pytest.raises(WaiverError, match="runs until"):
        append(path, said())
    append(path, said(granted=DAY + timedelta(days=91)))
    assert len(load(path)) == 2


@given(
    reason=st.text(min_size=1).filter(lambda t: t.strip()),
    name=st.text(min_size=1).filter(lambda t: t.strip()),
)
def test_any_text_survives_the_file(tmp_path_factory, reason, name):
    if len(reason) > 2000 or len(name) > 2000:
        return
    path = tmp_path_factory.mktemp("w") / "careaudit-waivers.toml"
    try:
        made = said(reason=reason, approved_by=name)
    except WaiverError:
        return  # lone surrogates, and what nobody can read
    append(path, made)
    (found,) = load(path)
    assert (found.reason, found.approved_by) == (made.reason, made.approved_by)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("reason", "reson"), 'did you mean "reason"'),
        (GOOD.replace("1.6", '"1.6"'), "ceiling"),
        (GOOD.replace("1.6", "true"), "ceiling"),
        (GOOD.replace("1.6", "nan"), "ceiling"),
        (GOOD.replace("1.6", "inf"), "ceiling"),
        (GOOD.replace("2027-02-20", "2099-01-01"), "more than 365 days"),
        (GOOD.replace("2027-02-20", '"soon"'), "expires"),
        (GOOD.replace('approved_by = "Head of Care"\n', ""), "approved_by: is missing"),
        ("schema_version = 2\n", "schema_version"),
        ("waivers = 3\n", "waivers"),
        ("x = " + "[" * 5000, "not valid TOML|nests too deeply"),
    ],
)
def test_a_damaged_file_is_refused_with_its_place(tmp_path, text, says):
    path = tmp_path / "careaudit-waivers.toml"
    path.write_text(text)
    with pytest.raises(WaiverError, match=says) as fault:
        load(path)
    assert "careaudit-waivers.toml" in str(fault.value)


def test_the_command_writes_and_checks(run, tmp_path):
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "audit.json").write_text(failing().to_json())
    done = run(
        "waive", "credit/income/1", "--reason", "A fix.", "--approver", "Head", "--as-of", DAY
    )
    assert done.exit_code == 0, done.output
    assert "until 2027-02-20" in done.stdout
    done = run("waive", "--check", "--as-of", "2027-03-01")
    assert done.exit_code == 0
    assert done.stdout.startswith("expired 2027-02-20")
    (tmp_path / "careaudit-waivers.toml").write_text("[[waivers]]\n")
    done = run("waive", "--check")
    assert done.exit_code == 3
    assert "is missing" in done.stderr


def test_the_command_wants_a_reason_and_a_name(run, tmp_path):
    assert run("waive", "credit/income/1", "--reason", "x").exit_code == 2
    assert run("waive").exit_code == 2
    done = run("waive", "x", "--reason", "x", "--approver", "y")
    assert done.exit_code == 3
    assert not (tmp_path / "careaudit-waivers.toml").exists()
