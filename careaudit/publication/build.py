"""From a record to what may be published about it: withheld first, then rounded, then written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from careaudit.disclosure import BASE, MIN_CUSTOMERS, MIN_SIDE, SPREAD
from careaudit.errors import DisclosureError, RecordError
from careaudit.notation import month
from careaudit.publication import document as doc
from careaudit.publication import figures, ratios
from careaudit.publication.masks import EVERYBODY, least_customers
from careaudit.publication.press import DECIDING, Press
from careaudit.record import AuditRecord

P_PERCENT = 15
"""Of the p% rule, which the record's `dominated` is told by."""


def publish(record: AuditRecord, past: Sequence[AuditRecord] = ()) -> doc.Publication:
    """Return all that may be printed of a record, and of earlier ones, the oldest first.

    Raises DisclosureError where the plan has no [public] table, where the record does not say who
    stands behind its numbers, and where no two groups of any question may be printed.
    """
    if record.audit.public is None:
        raise DisclosureError(
            "the plan has no [public] table, so nobody is named who answers for a publication.",
            where="[public]",
            hint='Add one, with at least purpose = "...", owner = "..." and contact = "...", and'
            " audit again.",
        )
    press = Press(record)
    questions = press.questions()
    tables = ratios.press(record, press.hidden)
    shown = [
        *(sum(row.status == "shown" for row in t.rows) for q in questions for t in q.tables),
        *(sum(cell.status != "withheld" for cell in table.rows) for table in tables),
    ]
    if max(shown, default=0) < 2:
        raise _nothing(record, questions)
    info, score = record.audit, record.impact.score
    printed = {c.id for c in record.comparisons if press.exact(c)}
    covered = bool(record.impact.covers) and printed.issuperset(record.impact.covers)
    return doc.Publication(
        careaudit=record.provenance.careaudit,
        number=_number(record),
        name=info.name,
        system=info.system,
        release=info.release,
        decision_kind=info.decision_kind,
        justification=info.justification,
        as_of=record.provenance.as_of,
        expires_on=record.provenance.expires_on,
        period=_period(record),
        decisions=_decisions(record, press),
        verdict=record.verdict,
        reason=record.reason,
        confirmed=info.outcome is None or info.outcome.confirmed,
        score=figures.score(score) if record.impact.comparison in printed else None,
        people=figures.people(record.impact.people) if covered else None,
        money=figures.money(record.impact.money) if covered else None,
        counted=_counted(record) if covered else None,
        questions=questions,
        unasked=press.unasked(),
        unrecorded=tuple(
            name for name, rows in record.accounts.unknown.items() if rows >= MIN_CUSTOMERS
        ),
        ratio_tables=tables,
        preset=info.preset,
        public=info.public,
        past=tuple(
            doc.Past(
                number=_number(one),
                period=_period(one),
                verdict=one.verdict,
                reason=one.reason,
                questions=Press(one).questions(),
            )
            for one in past
        ),
        rules=_rules(record),
    )


def _counted(record: AuditRecord) -> str | None:
    covers = record.impact.covers
    return next((c.question for c in record.comparisons if c.id in covers), None)


def _nothing(record: AuditRecord, questions: Sequence[doc.PublicQuestion]) -> DisclosureError:
    """Say why no two groups can be printed side by side."""
    rows = [row for q in questions for table in q.tables for row in table.rows]
    if any(q.withheld for q in questions) or any(row.status == "withheld" for row in rows):
        return DisclosureError(
            "every comparison tells of few customers, or would let others be worked out; nothing is"
            " left to publish.",
            where=record.audit.name,
            hint="Publish a longer period, or a plan with coarser groups or fewer questions.",
        )
    return DisclosureError(
        "no question compares two groups, so there is nothing to publish.",
        where=record.audit.name,
        hint="Audit a log that has at least two groups of a segment; the council's edition says"
        " what is missing.",
    )


def _number(record: AuditRecord) -> str:
    day = record.provenance.as_of[:10].replace("-", "")
    return f"{day}-{record.provenance.plan_sha256[:4]}".upper()


def _period(record: AuditRecord) -> doc.Period:
    window = record.provenance.window
    if not window.start or not window.end:
        return doc.Period(text="dates not recorded")
    try:
        days = date.fromisoformat(window.start), date.fromisoformat(window.end)
    except ValueError:
        raise RecordError(
            "has a window that is no days.",
            where="provenance.window",
            hint="Write the record again with `careaudit audit`.",
        ) from None
    start, end = (day.isoformat()[:7] for day in days)
    first, last = month(start), month(end)
    if start == end:
        text = first
    elif start[:4] == end[:4]:
        text = f"{first[:-5]} to {last}"
    else:
        text = f"{first} to {last}"
    return doc.Period(start=start, end=end, text=text)


def _decisions(record: AuditRecord, press: Press) -> doc.Decisions:
    """Count decisions; of which kind is told where each kind has enough, and no question less.

    Those that went neither way are in no rate; they are counted whether the audit read on or not.
    """
    a = record.accounts
    apart = sum(one.rows for one in a.excluded if one.reason == NEUTRAL)
    kinds = dict(a.outcomes)
    if kinds:
        kinds["neutral"] = kinds.get("neutral", 0) + apart
    few = any(0 < count < MIN_CUSTOMERS for count in kinds.values())
    hidden = any((measure, EVERYBODY) in press.hidden for measure in DECIDING)
    sides = {} if few or hidden else {kind: figures.about(n) for kind, n in kinds.items()}
    return doc.Decisions(
        used=figures.about(a.rows_used),
        left_out=figures.about(a.rows_read - a.rows_used - apart),
        customers=None if a.customers is None else figures.about(a.customers),
        **sides,
    )


NEUTRAL = "neutral_outcome"
"""Why rows are left out that went neither way."""


def _rules(record: AuditRecord) -> doc.Rules:
    return doc.Rules(
        of="decisions" if record.accounts.customers is None else "customers",
        customers=least_customers(record),
        events=MIN_SIDE,
        base=BASE,
        coded=figures.CODED,
        few=figures.FEW,
        dominated=P_PERCENT,
        spread=round(100 * SPREAD),
        confidence=95,
    )
