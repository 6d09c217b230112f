"""Sentences of like for like, of second looks, and of what the unknown could change."""

from __future__ import annotations

from collections.abc import Sequence

from careaudit.notation import Notation
from careaudit.notation import numbers as num
from careaudit.record import Comparison, Conditional, Interval, SecondLook, Strata
from careaudit.report.wording.findings import Groups, sides
from careaudit.report.wording.names import segment_name, title, where
from careaudit.report.wording.pillars import WAITS
from careaudit.report.wording.words import listed

HEAD = "Compared like with like"
ROLES = {
    "approved": "The council approved this control",
    "contested": "This control is contested",
    "proxy": "This control is a proxy",
}
FLAGS = {
    "simpson": "Points the other way",
    "attenuated": "Less than half is left",
    "heterogeneous": "Differs between requests",
    "no_support": "Too few alike",
}
HEADS = (
    "Gap as it is",
    "Like with like",
    "At one mix",
    "Within / mix",
    "Left out",
    "To know",
)
NOTE = (
    "Gaps are in every {per:,}. Like with like: the gap within {within} (Mantel and Haenszel). At"
    " one mix: the gap if both groups had the mix of both together. Within and mix: the two parts"
    " of the gap as it is. Left out: decisions without a counterpart. It changes no answer."
)
CAVEATS = {
    "contested": "A contested control may itself carry the gap, so a smaller gap clears nobody.",
    "proxy": "A proxy stands for the group itself, so a smaller gap clears nobody.",
}


def within(fields: Sequence[str]) -> str:
    """Name what is held still."""
    return listed([segment_name(field, 30) for field in fields])


def note(fields: Sequence[str], notation: Notation) -> str:
    """Say how to read the table of like for like."""
    return NOTE.format(per=notation.per, within=within(fields))


def role(flags: Sequence[str]) -> str:
    """Return the role of the control; contested where the record names none."""
    return next((flag for flag in flags if flag in ROLES), "contested")


def compared(
    c: Comparison, found: Conditional, notation: Notation, groups: Groups
) -> tuple[str, str]:
    """Say the gap like for like beside the gap as it is, and what of the control must be known."""
    here, trusted = title(sides(c, groups)[0]), role(found.flags)
    held = within(found.within)
    if found.value is None:
        left = num.percent(found.excluded_share)
        text = f"{here}, no gap like with like is shown: {left} have no counterpart within {held}."
        return text, ""
    size = span(Interval(value=found.value, low=found.low, high=found.high), notation)
    before = notation.signed(c.difference.value or 0.0)
    text = (
        f"{here}, the gap is {size}{notation.noun} instead of {before}, compared like with like"
        f" within {held}. {ROLES[trusted]}."
    )
    return text, CAVEATS.get(trusted, "")


def span(found: Interval, notation: Notation) -> str:
    """Write a gap with its range: "+3 (+1 to +5)"."""
    if found.value is None:
        return num.NONE
    ends = notation.signed_span(found.low, found.high)
    return notation.signed(found.value) + (f" ({ends})" if ends else "")


def known(flags: Sequence[str]) -> str:
    """Name what must be known of one row."""
    return ". ".join(FLAGS[flag] for flag in flags if flag in FLAGS) or num.NONE


def whoever(c: Comparison, notation: Notation, groups: Groups) -> str:
    """Say between which ends the gap lies, whoever the unknown are."""
    found = c.with_unknown
    if found is None or found.low is None or found.high is None:
        return ""
    ends = notation.signed_span(found.low, found.high)
    return (
        f"{title(sides(c, groups)[0])}, whoever the unknown are, the gap lies between"
        f" {str(ends).replace(' to ', ' and ')}{notation.noun}."
    )


def second_look(c: Comparison, level: float, groups: Groups) -> str:
    """Say what another test of the same gap shows; it changes no answer."""
    look = c.second_look
    if look is None or look.value is None:
        return ""
    here, there = sides(c, groups)
    told = _dominance(look, here, there)
    if look.method == "log_rank":
        kind = WAITS.get(c.measure)
        told = _log_rank(look, here, kind.ended if kind else "waits ended")
    chance = ""
    if look.p is not None:
        often = "rarely" if look.p < level else "often"
        chance = f" Chance alone would {often} give this."
    return f"{told}{chance} It changes no answer."


def _log_rank(look: SecondLook, here: str, ended: str) -> str:
    shown = num.guarded((look.value or 0.0) * 100, [0.0, 100.0], 0)
    return (
        f"A second look, over the whole wait. {title(here)}, {shown} {ended} for every"
        " 100 expected if all waited alike."
    )


def _dominance(look: SecondLook, here: str, there: str) -> str:
    shown = num.guarded((look.value or 0.0) * 100, [0.0, 50.0, 100.0], 0)
    ends = ""
    if look.low is not None and look.high is not None:
        low, high = (num.guarded(end * 100, [0.0, 50.0, 100.0], 0) for end in (look.low, look.high))
        ends = f" ({low} to {high} plausible)"
    return (
        f"A second look, over the whole scale: of 100 pairs, one {here} and one {there}, the first"
        f" is higher in {shown}{ends}. Ties count half, and 50 is alike."
    )


STRATA_REASONS = {
    "few_groups": "too few groups overlap to tell",
    "not_fitted": "the data do not tell",
    "not_a_rate": "it is told of rates alone",
}


def strata(number: int, found: Strata) -> str:
    """Say how far the overlapping groups of one question lie apart."""
    label = f"{number}. {title(segment_name(found.segment, 40))}, {num.count(found.groups)} groups"
    if found.vpc is None:
        why = STRATA_REASONS.get(found.reason or "", "the data do not tell")
        return f"{label}: how far they lie apart is not shown, since {why}."
    text = f"{label}: {num.percent(found.vpc)} of all variation lies between them"
    if found.pcv is None:
        return f"{text}."
    alone = num.percent(max(0.0, min(1.0, found.pcv)))
    return f"{text}. The attributes one by one account for {alone} of that."


def place(c: Comparison, groups: Groups) -> str:
    """Name the group of a row."""
    return title(where(c.segment, c.group, groups, 30))
