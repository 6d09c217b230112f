"""The log read with its declared inputs: sums, halves, samples and texts, against pandas."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from careaudit.cells import ADVERSE, DECIDED, Quantity, Slot, customers, product, total
from careaudit.errors import DataError
from careaudit.plan import Plan
from careaudit.sources import Request, open_source, stratum
from careaudit.sources.bands import band_names, natural

N, X = Quantity(DECIDED), Quantity(ADVERSE)
TERMS = (total(N), total(X), customers(N), product(N, N), product(X, X))


def log(rows: int = 3_000, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    who = rng.integers(0, rows // 2, rows)
    speed = rng.normal(20, 5, rows).round(2).astype(str)
    speed[rng.random(rows) < 0.02] = ""
    speed[rng.random(rows) < 0.01] = "slow"
    return pd.DataFrame(
        {
            "decision": rng.choice(["denied", "granted"], rows, p=[0.3, 0.7]),
            "id": [f"d{i}" for i in range(rows)],
            "customer": [f"c{i}" for i in who],
            "zip": np.where(who % 3 == 0, "low", np.where(who % 3 == 1, "high", "")),
            "intent": rng.choice(["bill", "outage", "it's; DROP TABLE x--"], rows),
            "speed": speed,
            "message": [f"text of {i}" if i % 4 else "" for i in range(rows)],
            "same": "one",
            "none": "",
            "unique": [f"u{i}" for i in range(rows)],
        }
    )


def plan(**more: object) -> Plan:
    columns = {"decision": "decision", "decision_id": "id", "subject_id": "customer",
               "text": ["message"]}  # fmt: skip
    tree = {
        "audit": {"name": "n", "justification": "j"},
        "log": {"columns": columns},
        "outcome": {"adverse": ["denied"], "favorable": ["granted"], "confirmed": True},
        "segments": [{"name": "zip", "column": "zip"}],
        "questions": [{"id": "q", "measure": "adverse_rate", "segments": ["zip"], "ask": "Q?"}],
    }
    tree["log"]["columns"] = more.pop("columns", columns)
    return Plan.model_validate(tree | more)


def read(frame: pd.DataFrame, fields: tuple[str, ...] = ("intent", "speed"), **more: object):
    chosen, tmp = plan(**more), None
    source = open_source(chosen, tmp, frame)
    request = Request(chosen, TERMS, (), date(2026, 11, 22))
    return source.inputs(request, fields, (N, X))


def test_sums_by_segment_and_input_are_those_of_pandas():
    frame = log()
    cells = read(frame).cells(("zip", stratum("intent")), TERMS, clustered=True)
    frame["zip"] = frame["zip"].replace("", None)
    for (zipped, intent), part in frame.groupby(["zip", "intent"], dropna=False):
        cell = cells.cell((zipped if isinstance(zipped, str) else None, intent))
        each = part.groupby("customer")["decision"].agg(
            n="count", x=lambda d: (d == "denied").sum()
        )
        assert cell[total(N)] == len(part)
        assert cell[total(X)] == (part["decision"] == "denied").sum()
        assert cell[customers(N)] == part["customer"].nunique()
        assert cell[product(N, N)] == (each["n"] ** 2).sum()
        assert cell[product(X, X)] == (each["x"] ** 2).sum()


def test_a_number_is_put_into_tenths_and_what_is_no_number_stands_alone():
    frame = log()
    inputs = read(frame)
    number = pd.to_numeric(frame["speed"], errors="coerce")
    assert inputs.declared["speed"].edges == pytest.approx(
        [number.quantile(k / 10) for k in range(1, 10)]
    )
    cells = inputs.cells((stratum("speed"),), (total(N),))
    sizes = {group[0]: cells.cell(group)[total(N)] for group in cells.table}
    assert sizes.pop(None) == (frame["speed"] == "").sum()
    assert sizes.pop("not a number") == (frame["speed"] == "slow").sum()
    assert len(sizes) == 10
    assert max(sizes.values()) - min(sizes.values()) < 0.02 * len(frame)
    named = band_names(inputs.declared["speed"].edges)
    assert tuple(level for level in inputs.levels("*speed") if level in sizes) == named


def test_bands_sort_by_their_numbers():
    names = band_names((-5.0, 0.5, 9.0, 10.0, 100.0))
    assert sorted(set(names), key=natural) == list(names)
    assert natural("over the moon") > natural("over 100")


def test_bands_of_close_numbers_keep_names_of_their_own():
    edges = (1_767_225_600.0, 1_767_225_601.0, 1_767_225_601.5)
    assert len(set(band_names(edges))) == 4
    assert band_names(edges)[0] == "up to 1767225600"


def test_each_state_of_an_input_has_a_name():
    inputs = read(log(), ("intent", "same", "none", "unique", "speed"))
    assert {name: one.state for name, one in inputs.declared.items()} == {
        "intent": "usable", "same": "one_value", "none": "empty", "unique": "too_many_values",
        "speed": "usable",
    }  # fmt: skip
    assert inputs.usable == ("intent", "speed")


def test_an_input_that_is_not_there_is_a_named_error_before_any_verdict(tmp_path):
    frame = log()
    with pytest.raises(DataError, match="intnt"):
        read(frame, ("intnt",))
    import careaudit

    with pytest.raises(DataError, match="intnt"):
        careaudit.audit(frame, plan=plan(drivers={"fields": ["intnt"]}), drivers=False)


def test_halves_share_no_customer_and_add_up():
    frame = log()
    inputs = read(frame)
    drawn = inputs.sample()
    halves = [set(drawn.customer[drawn.held_out]), set(drawn.customer[~drawn.held_out])]
    assert not halves[0] & halves[1]
    assert 0.4 < drawn.held_out.mean() < 0.6
    crossing = ("zip",)
    whole, held, searched = (
        inputs.cells(crossing, TERMS, half=half, clustered=True)
        for half in (None, "held_out", "searched")
    )
    assert held.merge(searched).table == whole.table  # customers too: nobody is in both


def test_a_conjunction_and_the_rest_of_known_traits_are_those_of_pandas():
    frame = log()
    inputs = read(frame)
    traits = {"zip": "low", "*intent": "bill"}
    both = [
        [
            inputs.cell(traits, TERMS, half=half, rest=rest)[total(N)]
            for half in ("held_out", "searched")
        ]
        for rest in (False, True)
    ]
    inside = (frame["zip"] == "low") & (frame["intent"] == "bill")
    assert sum(both[0]) == inside.sum()
    assert sum(both[1]) == ((frame["zip"] != "") & ~inside).sum()


def test_a_sample_is_of_whole_customers_and_always_the_same_whatever_the_order():
    frame = log()
    some = read(frame).sample(600)
    shuffled = read(frame.sample(frac=1, random_state=1).reset_index(drop=True)).sample(600)
    assert 400 < len(some) < 800
    sizes = frame["customer"].value_counts()
    drawn = pd.Series(some.customer).value_counts()
    assert drawn.sum() == len(some)
    assert max(drawn) <= sizes.max()
    for name in ("customer", "slot", "held_out", "score"):
        np.testing.assert_array_equal(getattr(some, name), getattr(shuffled, name))
    np.testing.assert_array_equal(some.fields["intent"].codes, shuffled.fields["intent"].codes)
    np.testing.assert_array_equal(some.numbers["speed"], shuffled.numbers["speed"])


def test_drawn_columns_say_what_the_log_says():
    frame = log()
    drawn = read(frame).sample()
    assert len(drawn) == len(frame)
    assert (drawn.counted[X.key].sum(), drawn.counted[N.key].sum()) == (
        (frame["decision"] == "denied").sum(), len(frame),
    )  # fmt: skip
    adverse = np.isin(drawn.slot, [k for k, slot in enumerate(Slot) if slot in ADVERSE])
    np.testing.assert_array_equal(adverse, drawn.counted[X.key] == 1)
    zips = drawn.groups["zip"]
    assert (zips.codes == -1).sum() == (frame["zip"] == "").sum()
    assert (zips.codes == zips.levels.index("low")).sum() == (frame["zip"] == "low").sum()
    assert np.isnan(drawn.numbers["speed"]).sum() == frame["speed"].isin(["", "slow"]).sum()


def test_texts_come_with_their_decision_and_a_customer_stays_in_one_batch(monkeypatch):
    monkeypatch.setattr("careaudit.sources.inputs.BATCH", 2_048)
    frame = log(30_000)
    frame["message"] = frame["decision"] + " " + frame["intent"]
    inputs = read(frame)
    seen, batches = 0, 0
    customers_seen = 0
    for batch in inputs.texts():
        batches += 1
        seen += len(batch)
        customers_seen += len(set(batch.customer))
        wanted = np.where(batch.counted[X.key] == 1, "denied ", "granted ")
        intent = np.array(batch.fields["intent"].levels, dtype=object)[batch.fields["intent"].codes]
        assert list(batch.texts[0]) == list(wanted + intent)
    assert batches > 1
    assert (seen, customers_seen) == (len(frame), frame["customer"].nunique())


@pytest.mark.parametrize("named", ["id", "customer", "neither"])
def test_logs_without_ids_draw_the_same_sample_in_any_order(named):
    columns = {"decision": "decision", "text": ["message"]}
    columns |= {"id": {"decision_id": "id"}, "customer": {"subject_id": "customer"}}.get(named, {})
    frame = log()
    frame.loc[frame.index % 7 == 0, "customer"] = ""  # some customers are not named
    one = read(frame, columns=columns).sample(500)
    two = read(frame.iloc[::-1].reset_index(drop=True), columns=columns).sample(500)
    assert 350 < len(one) < 650
    for name in ("slot", "held_out", "customer"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    if named == "neither":
        assert len(set(one.customer)) == len(one)


def test_a_column_of_a_table_that_may_not_be_used_is_no_input(tmp_path):
    frame = log()
    frame[["customer", "unique"]].drop_duplicates("customer").to_csv(
        tmp_path / "c.csv", index=False
    )
    table = {"path": ["c.csv"], "key": {"subject_id": "customer"}, "access": "restricted",
             "columns": ["customer"]}  # fmt: skip
    chosen = plan(tables={"people": table})
    source = open_source(chosen, tmp_path, frame)
    with pytest.raises(DataError, match=r"people\.unique"):
        source.inputs(Request(chosen, TERMS, (), date(2026, 11, 22)), ("people.unique",), (N, X))
