"""The second half of the public edition: what is open, what changed, rights, and the tool."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.publication.document import Publication
from careaudit.report.wording import public as tell
from careaudit.report.wording import public_rest as about
from careaudit.report.wording.words import CANNOT, Answer, answer

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One question, then and now."""

    ask: str
    before: Answer
    figure_before: str
    now: Answer
    figure_now: str


@dataclass(frozen=True, slots=True)
class Rest:
    """All that follows the results."""

    open: Pairs
    standing: tuple[str, ...]
    ranges: tuple[str, ...]
    withheld: tuple[str, ...]
    changes: tuple[Change, ...]
    before: str
    now: str
    rights: Pairs
    about: Pairs


def build_rest(p: Publication) -> Rest:
    """Return the second half."""
    return Rest(
        open=tuple(
            (tell.asked(q), about.why_open(q))
            for q in p.questions
            if answer(q.verdict, q.reason) is CANNOT
        ),
        standing=tuple(about.standing(p)),
        ranges=tuple(about.ranges(p.rules)),
        withheld=tuple(about.withheld(p.rules)),
        changes=_changes(p),
        before=p.past[-1].period.text if p.past else "",
        now=p.period.text,
        rights=tuple(about.rights(p)),
        about=tuple(about.about(p)),
    )


def _changes(p: Publication) -> tuple[Change, ...]:
    """Put each question beside its answer of the period before."""
    if not p.past:
        return ()
    earlier = {q.id: q for q in p.past[-1].questions}
    return tuple(
        Change(
            tell.asked(q),
            answer(old.verdict, old.reason),
            about.figure(old.everybody, old),
            answer(q.verdict, q.reason),
            about.figure(q.everybody, q),
        )
        for q in p.questions
        if (old := earlier.get(q.id))
    )
