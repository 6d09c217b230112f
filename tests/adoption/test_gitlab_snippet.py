"""The GitLab job: valid by GitLab's schema, and its script runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

import careaudit

ROOT = Path(__file__).parents[2]
FILE = Path(careaudit.__file__).parent / "adoption" / "gitlab-ci.yml"
JOB = yaml.safe_load(FILE.read_text("utf-8"))["careaudit-gate"]
BIN = Path(sys.executable).parent


def test_it_is_valid_by_the_schema_of_gitlab():
    done = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", FILE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_script_writes_every_report_that_the_job_names(tmp_path):
    (tmp_path / "audit").symlink_to(ROOT / "reports" / "telecom_credits")
    job = "https://gitlab.example/care/bot/-/jobs/7"
    done = subprocess.run(
        ["sh", "-e", "-c", "\n".join(JOB["script"])], cwd=tmp_path, capture_output=True, text=True,
        check=False, env={"PATH": f"{BIN}:{os.environ['PATH']}", "CI_JOB_URL": job},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr  # the gate is closed, and the job fails
    for report in JOB["artifacts"]["reports"].values():
        assert (tmp_path / report).stat().st_size > 0, report
    assert JOB["artifacts"]["when"] == "always"
    # https://docs.gitlab.com/ci/yaml/artifacts_reports/: section -> [{external_link}]
    ((link,),) = json.loads((tmp_path / "gate/annotations.json").read_text("utf-8")).values()
    assert set(link) == {"external_link"}
    assert link["external_link"]["url"] == f"{job}/artifacts/browse/gate"
    assert set(link["external_link"]) == {"label", "url"}
