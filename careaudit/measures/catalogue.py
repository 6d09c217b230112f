"""The named measures by name. Adding one of a known kind is an entry in its pillar's file."""

from __future__ import annotations

from careaudit.measures.base import Measure
from careaudit.measures.named.consent import CONSENT
from careaudit.measures.named.escalation import ESCALATION
from careaudit.measures.named.experience import EXPERIENCE
from careaudit.measures.named.explanation import EXPLANATION
from careaudit.measures.named.fairness import FAIRNESS
from careaudit.measures.named.redress import REDRESS
from careaudit.measures.rate import Rate

PILLARS = (FAIRNESS, EXPLANATION, ESCALATION, REDRESS, CONSENT, EXPERIENCE)
CATALOGUE: dict[str, Measure] = {
    measure.name: measure for entries in PILLARS for measure in entries
}
"""Every measure by its name."""
RATES: dict[str, Rate] = {name: one for name, one in CATALOGUE.items() if isinstance(one, Rate)}
"""Those that count events among cases."""
