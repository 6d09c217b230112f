"""The council's record: packet, decision, signatures, ledger, and whether a decision stands."""

from careaudit.council.charters import Charter, Council
from careaudit.council.conditions import ConditionState
from careaudit.council.decision import Decision
from careaudit.council.standing import Check, Standing, verify

__all__ = [
    "Charter",
    "Check",
    "ConditionState",
    "Council",
    "Decision",
    "Standing",
    "verify",
]
