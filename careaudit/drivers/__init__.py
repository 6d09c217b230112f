"""Why: what goes along with the gaps that were found. No verdict rests on anything here."""

from __future__ import annotations

from careaudit.drivers.looks import LOOKS
from careaudit.drivers.scene import Found, Gap, Scene, pressing
from careaudit.plan import Plan

__all__ = ["Found", "Gap", "Scene", "declared", "find", "pressing"]

KINDS = ("field", "term", "subgroup")


def declared(plan: Plan) -> bool:
    """Whether the plan names inputs to look at: fields, or free text."""
    return bool(plan.drivers.fields or plan.log.columns.get("text"))


def find(scene: Scene) -> Found:
    """Look for what goes along with each gap, and for subgroups that no question asks about."""
    found = Found()
    for look in LOOKS:
        found += look(scene)
    places = {question.id: place for place, question in enumerate(scene.plan.questions)}
    order = sorted(found.drivers, key=lambda d: (places[d.question], KINDS.index(d.kind)))
    return Found(tuple(order), found.revealed, found.reasons, found.like_pairs, found.quality)
