"""The logs that careaudit ships: one is real, the others are made by generators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from careaudit.errors import OutputError, UsageError
from careaudit.samples.tables import Tables, to_csv_gz

__all__ = ["Sample", "directory", "export", "get", "names"]


@dataclass(frozen=True)
class Sample:
    """A shipped log: its name, two texts about it, and its generator if it was made by one."""

    name: str
    title: str
    description: str
    generate: Callable[[int], Tables] | None = None


def _maker(name: str) -> Callable[[int], Tables]:
    """Return the sample's generator, whose module is imported when it is called."""

    def generate(rows: int) -> Tables:
        tables: Tables = import_module(f"{__name__}.{name}").generate(rows=rows)
        return tables

    return generate


_SAMPLES = {
    sample.name: sample
    for sample in (
        Sample(
            "telecom_credits",
            "Service credits of a telecom's bot",
            "Synthetic: 24,000 decisions. The words 'billing dispute' raise the fraud score, and "
            "customers of poor ZIP codes use them more often.",
            _maker("telecom_credits"),
        ),
        Sample(
            "fair_control",
            "A fair bot, as a control",
            "Synthetic: 20,000 decisions, 6 attributes, 28 groups, and no difference put in.",
            _maker("fair_control"),
        ),
        Sample(
            "cfpb_relief",
            "Monetary relief after complaints to US financial companies",
            "Real: 120,904 complaints of the CFPB database, 31,876 decided, with area income.",
        ),
        Sample(
            "tutor_engagement",
            "A tutor that takes slow writers for disengaged",
            "Synthetic: 9,000 sessions. Non-native writers reply and type more slowly, are as "
            "engaged, and are flagged 1.8 times as often.",
            _maker("tutor_engagement"),
        ),
        Sample(
            "escalation_waits",
            "Waiting for a person, in three languages",
            "Synthetic: 16,000 requests. Spanish and Chinese speakers wait longer and give up more "
            "often, which hides most of the gap from a log of answered requests.",
            _maker("escalation_waits"),
        ),
        Sample(
            "outreach_optouts",
            "Offers of help in three waves, and who opts out",
            "Synthetic: 30,000 people. Those over 65 are contacted less; a text in English only "
            "drives others to opt out, and they are not contacted again.",
            _maker("outreach_optouts"),
        ),
        Sample(
            "six_pillars",
            "One log that answers for all six pillars",
            "Synthetic: 9,000 refunds. Prepaid customers find no way to contest, and one "
            "explanation has no Spanish version; nothing else differs.",
            _maker("six_pillars"),
        ),
    )
}


def names() -> tuple[str, ...]:
    """Return the names of the samples, the one for a first look first."""
    return tuple(_SAMPLES)


def get(name: str) -> Sample:
    """Return the sample of this name; raises UsageError if there is none."""
    try:
        return _SAMPLES[name]
    except KeyError:
        raise UsageError(
            f"There is no sample named {name!r}.",
            where="samples",
            hint=f"Choose one of {', '.join(_SAMPLES)}.",
        ) from None


def directory(name: str) -> Path:
    """Return the folder with the shipped files: in the package, or in its repository."""
    sample = get(name)
    package = Path(__file__).resolve().parent
    places = (package / "data" / sample.name, package.parents[1] / "sample_data" / sample.name)
    for place in places:
        if (place / "careaudit.toml").is_file():
            return place
    raise OutputError(
        f"The files of the sample {name!r} are not installed.",
        where=str(places[0]),
        hint="Reinstall careaudit from a complete wheel.",
    )


def export(
    name: str, target: Path, rows: int | None = None, *, force: bool = False
) -> tuple[Path, ...]:
    """Write the sample's files into the folder `target` and return their paths.

    With `rows`, the tables are generated anew with that many decisions (plan and README stay).
    Nothing is written if a file is in the way, unless `force` says to replace it.
    """
    sample = get(name)
    files = {
        path.name: path.read_bytes() for path in sorted(directory(name).iterdir()) if path.is_file()
    }
    if rows is not None:
        if sample.generate is None:
            made = ", ".join(s.name for s in _SAMPLES.values() if s.generate)
            raise UsageError(
                f"The sample {name!r} is real data and cannot be made longer or shorter.",
                where="rows",
                hint=f"Leave rows out, or choose one of {made}.",
            )
        tables = sample.generate(rows)
        files |= {f"{table}.csv.gz": to_csv_gz(columns) for table, columns in tables.items()}
        files["README.md"] = _note(rows) + files["README.md"]
    return _write(Path(target), files, force=force)


def _note(rows: int) -> bytes:
    """Return the warning that heads the README of a newly generated log."""
    text = (
        f"> **Generated anew with {rows} decisions.** The figures below are those of the shipped\n"
        "> file; this log has the same mechanism, and other draws.\n\n"
    )
    return text.encode()


def _write(target: Path, files: dict[str, bytes], *, force: bool) -> tuple[Path, ...]:
    """Write the files after checking that nothing is in the way."""
    paths = {target / name: content for name, content in files.items()}
    taken = sorted(str(path) for path in paths if path.exists())
    if taken and not force:
        raise OutputError(
            f"{len(taken)} file(s) are there already, among them {taken[0]}.",
            where=str(target),
            hint="Choose an empty folder, or use force to replace them.",
        )
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path, content in paths.items():
            path.write_bytes(content)
    except OSError as error:
        raise OutputError(
            f"The sample cannot be written: {error.strerror}.",
            where=str(error.filename or target),
            hint="Choose a folder that can be written to.",
        ) from error
    return tuple(paths)
