"""The public library: audit a log from Python, and save or render what came out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careaudit import conductor, release_run, releases
from careaudit import plan as plans
from careaudit import record as records
from careaudit.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from careaudit.report import Beside

Value = str | int | float | bool
Values = Value | Sequence[Value] | None


class AuditRecord(records.AuditRecord):
    """An audit record that can save and render itself."""

    @classmethod
    def of(cls, record: records.AuditRecord) -> AuditRecord:
        """Return the same record with these methods."""
        return cls.model_construct(**dict(record))

    def save(
        self,
        directory: str | Path,
        formats: Sequence[str] | None = None,
        *,
        edition: str = "council",
        beside: Beside | None = None,
    ) -> list[Path]:
        """Write `audit.json`, `report.pdf` and `report.html` to a folder; return their paths.

        Another `edition` has files of its own: `edition="brief"` writes `brief.pdf` and
        `brief.html`. `beside` is what stands beside the record: waivers, conditions, a decision, a
        comparison, and earlier audits for a trend.
        """
        from careaudit.report import NOTHING, write

        return write(self, Path(directory), formats, beside or NOTHING, edition)

    def report(
        self, path: str | Path, *, edition: str = "council", beside: Beside | None = None
    ) -> Path:
        """Write one report, its format told by the ending of the path: .pdf, .html or .json."""
        from careaudit.report import NOTHING, formats_of, write_file

        file, known = Path(path), formats_of(edition)
        name = file.suffix.removeprefix(".").lower()
        if name not in known:
            raise UsageError(
                f'the ending "{file.suffix}" says no format.',
                where=str(path),
                hint=f"Known: {', '.join(f'.{one}' for one in known)}.",
            )
        return write_file(self, file, name, beside or NOTHING, edition)


class ReleaseComparison(releases.ReleaseComparison):
    """A release comparison that can save and render itself."""

    def save(
        self, directory: str | Path, formats: Sequence[str] = ("json", "pdf", "html")
    ) -> list[Path]:
        """Write `compare.json`, `compare.pdf` and `compare.html`; return their paths."""
        from careaudit.report import write_comparison

        return write_comparison(self, Path(directory), tuple(formats))


def load_plan(path: str | Path) -> plans.Plan:
    """Read a plan from `careaudit.toml`; PlanError says what is wrong and where."""
    return plans.load(path)


def audit(
    data: pd.DataFrame | str | Path | None = None,
    *,
    plan: plans.Plan | str | Path | None = None,
    decision: str | None = None,
    by: str | Sequence[str] = (),
    adverse: Values = None,
    favorable: Values = None,
    neutral: Values = None,
    measure: str | None = None,
    subject_id: str | None = None,
    as_of: date | str | None = None,
    base: str | Path | None = None,
    drivers: bool = True,
) -> AuditRecord:
    """Audit a decision log and return the record.

    With `plan` (a Plan, or the path of one) the plan says everything; `data`, a DataFrame, may
    stand in for its log. Without one, `data` is a DataFrame or the path of a log, `decision` its
    column, `adverse` or `favorable` the values of each side, and `by` the columns to compare by
    (`a*b` crosses two). `base` is the folder that a Plan's paths are relative to. Values of a
    DataFrame are read as text: 1 is "1", True is "true". Without `drivers`, nobody looks for
    what goes along with a gap. Raises PlanError, DataError, UsageError.
    """
    day = _day(as_of)
    frame = None if data is None or isinstance(data, str | Path) else _frame(data)
    if plan is not None:
        _refuse_options(decision=decision, by=by, adverse=adverse, favorable=favorable,
                        neutral=neutral, measure=measure, subject_id=subject_id)  # fmt: skip
        if data is not None and frame is None:
            raise UsageError("give a DataFrame beside a plan; the plan names its own files.")
        if not isinstance(plan, plans.Plan | str | Path):
            raise UsageError(
                f"a plan is a Plan or a path, not {type(plan).__name__}.",
                hint="careaudit.load_plan reads one.",
            )
        chosen = plan if isinstance(plan, plans.Plan) else plans.load(plan)
        home = Path(base) if base else _home(plan)
        return AuditRecord.of(
            conductor.run(chosen, base=home, data=frame, as_of=day, explain=drivers)
        )
    if data is None:
        raise UsageError(
            "nothing to audit.", hint="Give a DataFrame, the path of a log, or a plan."
        )
    if decision is None:
        raise UsageError("no decision column was named.", hint='Say decision="COLUMN".')
    chosen = plans.from_options(
        name="DataFrame" if frame is not None else Path(str(data)).name or str(data),
        decision=decision,
        by=_names(by),
        adverse=_texts(adverse),
        favorable=_texts(favorable),
        neutral=_texts(neutral),
        measure=measure,
        subject_id=subject_id,
        path=[] if frame is not None else [str(data)],
    )
    home = Path(base) if base else Path()
    return AuditRecord.of(conductor.run(chosen, base=home, data=frame, as_of=day))


def compare(
    old: records.AuditRecord | str | Path,
    new: records.AuditRecord | str | Path,
    *,
    margin: float = releases.MARGIN,
    as_of: date | str | None = None,
) -> ReleaseComparison:
    """Compare two releases and return what got better or worse, and for whom.

    Each is a record, the path of one, or the path of a plan, which is audited on `as_of`. Two
    plans whose logs share decisions are compared case by case. `margin` is the growth of a gap
    that is still taken as none, as a share of decisions. Raises what `audit` raises.
    """
    found = release_run.compare(old, new, margin=margin, as_of=_day(as_of))
    return ReleaseComparison.model_construct(**dict(found))


def _frame(data: object) -> pd.DataFrame:
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return data
    raise UsageError(
        f"the log is a DataFrame or the path of a file, not {type(data).__name__}.",
        hint="pandas.DataFrame(...) makes one.",
    )


def _day(as_of: date | str | None) -> date | None:
    if not isinstance(as_of, str):
        return as_of
    try:
        return date.fromisoformat(as_of)
    except ValueError:
        raise UsageError(f'as_of="{as_of}" is not a day such as 2026-11-22.') from None


def _names(by: str | Sequence[str]) -> list[str]:
    names = [by] if isinstance(by, str) else by
    if isinstance(names, Sequence) and all(isinstance(name, str) for name in names):
        return list(names)
    raise UsageError("by takes names of columns.", hint='Say by=["language"].')


def _home(plan: plans.Plan | str | Path) -> Path:
    if isinstance(plan, plans.Plan):
        return Path()
    path = Path(plan)
    return path if path.is_dir() else path.parent


def _refuse_options(**options: Any) -> None:
    given = [name for name, value in options.items() if value]
    if given:
        raise UsageError(
            f"{', '.join(given)}: not beside a plan, which says this itself.",
            hint="Change the plan, or leave it out.",
        )


def _texts(values: Values) -> list[str]:
    """Write values as they are read from a log: 1 and 1.0 as "1", True as "true"."""
    if values is None:
        return []
    single = isinstance(values, str | int | float | bool) or not isinstance(values, Sequence)
    return [_text(value) for value in ([values] if single else values)]  # type: ignore[union-attr]


def _text(value: object) -> str:
    plain = value.item() if hasattr(value, "item") else value  # numpy scalars
    if isinstance(plain, bool):
        return str(plain).lower()
    if isinstance(plain, float) and plain.is_integer():
        return str(int(plain))
    return str(plain)
