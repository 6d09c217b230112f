"""The MLflow tags: set on a model version of a real tracking store, and read back."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from gates_cases import HOSTILE, SAMPLES, sample, tree

from careaudit.record import AuditRecord
from careaudit.report import render
from careaudit.report.mlflow_tags import MAX_VALUE, tags

SET = """
import json, sys
from mlflow import MlflowClient

store, *files = sys.argv[1:]
client = MlflowClient(tracking_uri=store, registry_uri=store)
client.create_registered_model("credit-bot")
version = client.create_model_version("credit-bot", source="file:///model").version
for file in files:
    for key, value in json.load(open(file)).items():
        client.set_model_version_tag("credit-bot", version, key, value)
print(json.dumps(client.get_model_version("credit-bot", version).tags))
"""


def of(record):
    return json.loads(render(record, "mlflow"))


def hostile(text):
    found = tree("telecom_credits")
    found["audit"].update(system=text, release=text)
    for question in found["questions"]:
        question["id"] = text
    about = ("comparisons", "intersections", "conditional", "drivers")
    for row in [row for part in about for row in found[part]] + found["impact"]["remedies"]:
        row["question"] = text
    return AuditRecord.from_json(json.dumps(found))


def test_the_tags_of_a_record():
    record = sample("telecom_credits")
    assert of(record) == {
        "careaudit.verdict": "fail",
        "careaudit.reason": "established",
        "careaudit.record_sha256": record.digest,
        "careaudit.as_of": "2026-11-22",
        "careaudit.expires_on": "2027-11-22",
        "careaudit.system": "credit-bot",
        "careaudit.release": "7.2.0",
        "careaudit.questions_failing": "credit-denied,credit-wrongly-denied",
        "careaudit.questions_undecided": "",  # qa-coverage decides nothing
        "careaudit.version": record.provenance.careaudit,
    }


@pytest.mark.parametrize("name", SAMPLES)
def test_every_audit_sets_the_same_keys(name):
    assert set(of(sample(name))) == set(of(sample("telecom_credits")))


@pytest.mark.parametrize("text", HOSTILE)
def test_values_are_texts_within_the_limits(text):
    for key, value in tags(hostile(text)).items():
        assert len(key.encode()) <= 250
        assert len(value.encode()) <= MAX_VALUE
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u202a-\u202e\u2066-\u2069]", value)


def test_a_model_version_of_a_real_store_carries_them(tmp_path):
    """In a fresh process: MLflow warns of its own, and would ask the network for its telemetry."""
    store = f"sqlite:///{tmp_path / 'mlflow.db'}"
    files = []
    for name, record in (
        ("old", hostile("é" * 9_000)), ("new", sample("fair_control")),
    ):  # fmt: skip
        files.append(tmp_path / f"{name}.json")
        files[-1].write_bytes(render(record, "mlflow"))
    done = subprocess.run(
        [sys.executable, "-c", SET, store, *files], capture_output=True, text=True, check=False,
        env=os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"},
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == of(sample("fair_control"))
