"""Two releases compared from Python."""

import careaudit


def log(denied):
    rows = ["id,lang,outcome"]
    for case in range(6_000):
        lang = "es" if case % 2 else "en"
        rows.append(f"{case},{lang},{'denied' if case // 2 % 100 < denied[lang] else 'granted'}")
    return rows


PLAN = """
[audit]
name = "Credits"
release = "{name}"
justification = "Denial is the harm customers report."
[log]
path = ["{name}.csv"]
[log.columns]
decision = "outcome"
decision_id = "id"
[outcome]
adverse = ["denied"]
favorable = ["granted"]
confirmed = true
[[segments]]
name = "lang"
column = "lang"
reference = "en"
[[questions]]
id = "denied"
measure = "adverse_rate"
segments = ["lang"]
"""


def test_records_and_plans_compare_alike(write_log, tmp_path):
    plans = []
    for name, denied in (("old", {"en": 20, "es": 30}), ("new", {"en": 20, "es": 21})):
        write_log(f"{name}.csv", log(denied))
        plans.append(write_log(f"{name}.toml", PLAN.format(name=name)))
    records = [careaudit.audit(plan=plan) for plan in plans]
    paired = careaudit.compare(*plans)
    apart = careaudit.compare(*records)
    assert (paired.verdict, paired.paired, apart.paired) == ("pass", True, False)
    for found in (paired, apart):
        (es,) = [row for row in found.changes if row.group == "es"]
        assert round(es.gap_change.value, 6) == -0.09  # 21 - 30 points, the reference unchanged
    files = paired.save(tmp_path / "out", formats=("json",))
    assert files[0].read_text(encoding="utf-8") == paired.to_json()
    back = careaudit.compare(plans[1], plans[0])
    assert back.verdict == "fail"
