"""The words of each named measure: one entry, used wherever a report speaks of it."""

from __future__ import annotations

from dataclasses import dataclass

from careaudit.record import Unit


@dataclass(frozen=True, slots=True)
class MeasureWords:
    """How one measure is said: `happens` fits "… more often", `event` fits "25 in every 100 …"."""

    title: str
    happens: str
    may_happen: str
    event: str
    no_event: str
    base: str
    instead: str
    """Fits "145 more …": what the harmed side would have had at the other side's rate."""

    instead_customers: str
    """The same where each decision is one customer."""

    more: str = "more often"
    less: str = "less often"
    same: str = "as often"
    """What is said after `happens`: how the group compares."""


def _told(
    title: str, who: str, does: str, doing: str, did: str, base: str, *, harm: bool = False
) -> MeasureWords:  # fmt: skip
    """Words of a measure of something that happens to `base`; `harm` where less of it is better."""
    spared = "not " if harm else ""
    return MeasureWords(
        title,
        f"{who} {does}",
        f"{who} may {doing}",
        did,
        f"{'were not' if did.startswith('were') else 'did not'} "
        f"{did.removeprefix('were ') if did.startswith('were') else doing}",
        base,
        f"{base} would {spared}have {_part(did)}",
        f"customers would {spared}have {_part(did)}",
    )


def _valued(
    title: str, subject: str, base: str, event: str, ways: tuple[str, str, str], be: str = "are"
) -> MeasureWords:  # fmt: skip
    """Words of a value that is no share: `event` fits "4 min 12 s …", `base` says what it is."""
    return MeasureWords(
        title, f"{subject} {be}", f"{subject} may be", event, "", base, "", "", *ways
    )


def _part(did: str) -> str:
    return f"been {did.removeprefix('were ')}" if did.startswith("were ") else did


REFUSED = "refusals"
LONGER = ("longer", "shorter", "as long")
LARGER = ("larger", "smaller", "as large")
HIGHER = ("higher", "lower", "as high")
_WAYS = {"money": LARGER, "seconds": LONGER}


_SHARES = (" rate", " share")


def counted(label: str, *, harm: bool) -> MeasureWords:
    """Words of a share that a plan names: decisions count as what it is a share of."""
    what = next((label.removesuffix(end) for end in _SHARES if label.endswith(end)), label)
    count = f"count as “{what}”"
    named = label[:1].upper() + label[1:]
    return _told(named, "Decisions", count, count, f"counted as “{what}”", "decisions", harm=harm)


def unnamed(label: str, unit: Unit) -> MeasureWords:
    """Words of a value that a plan names: it is called by its own name."""
    return _valued(
        label[:1].upper() + label[1:],
        f"The value of “{label}”",
        f"the value of “{label}”",
        f"is the value of “{label}”",
        _WAYS.get(unit, HIGHER),
        be="is",
    )


NAMED = {
    "explained_rate": _told(
        "Refusals with an explanation", "Refusals", "are explained", "be explained",
        "were explained", REFUSED,
    ),
    "explained_in_own_language_rate": _told(
        "Explanations in the customer’s own language", "Explanations",
        "are given in the customer’s own language", "be given in the customer’s own language",
        "were given in the customer’s own language", "explanations",
    ),
    "automated_rate": _told(
        "Decisions made with no person", "Decisions", "are made with no person",
        "be made with no person", "were made with no person", "decisions", harm=True,
    ),
    "override_rate": _told(
        "Reviewed decisions that a person changes", "Reviewed decisions",
        "are changed by a person", "be changed by a person", "were changed by a person",
        "decisions that a person reviewed",
    ),
    "human_requested_rate": _told(
        "Customers who have to ask for a person", "Customers", "ask for a person",
        "ask for a person", "asked for a person", "cases", harm=True,
    ),
    "human_reached_rate": _told(
        "Requests for a person that reach one", "Requests for a person", "are answered by one",
        "be answered by one", "were answered by a person", "requests for a person",
    ),
    "sla_met_rate": _told(
        "Requests for a person answered in the promised time", "Requests for a person",
        "are answered in the promised time", "be answered in the promised time",
        "were answered in the promised time", "requests for a person",
    ),
    "abandonment_rate": _told(
        "Requests for a person that are given up", "Requests for a person", "are given up",
        "be given up", "were given up", "requests for a person", harm=True,
    ),
    "redress_shown_rate": _told(
        "Refusals that say how to contest", "Refusals", "are sent with a way to contest",
        "be sent with a way to contest", "were sent with a way to contest", REFUSED,
    ),
    "contest_rate": _told(
        "Refusals that are contested", "Refusals", "are contested", "be contested",
        "were contested", REFUSED,
    ),
    "human_review_rate": _told(
        "Contested refusals that a person reviews", "Contested refusals",
        "are reviewed by a person", "be reviewed by a person", "were reviewed by a person",
        "contested refusals",
    ),
    "overturn_rate": _told(
        "Contested refusals that are overturned", "Contested refusals", "are overturned",
        "be overturned", "were overturned", "contested refusals that were decided", harm=True,
    ),
    "wrongly_denied_lower_bound": _told(
        "Refusals known to be wrong", "Refusals", "are found to be wrong", "be found to be wrong",
        "were found to be wrong", REFUSED, harm=True,
    ),
    "remedy_done_rate": _told(
        "Overturned refusals that are put right", "Overturned refusals", "are put right",
        "be put right", "were put right", "overturned refusals",
    ),
    "contact_rate": _told(
        "Customers contacted", "Customers", "are contacted", "be contacted", "were contacted",
        "customers",
    ),
    "consent_rate": _told(
        "Contacts with consent", "Contacts", "are agreed to beforehand", "be agreed to beforehand",
        "were agreed to beforehand", "contacts",
    ),
    "opt_out_rate": _told(
        "Contacts that end in an opt-out", "Contacts", "are answered with an opt-out",
        "be answered with an opt-out", "were answered with an opt-out", "contacts", harm=True,
    ),
    "take_up_rate": _told(
        "Offers taken up", "Offers", "are taken up", "be taken up", "were taken up", "offers",
    ),
    "relevant_rate": _told(
        "Contacts that are relevant", "Contacts", "are judged relevant", "be judged relevant",
        "were judged relevant", "contacts",
    ),
    "respectful_rate": _told(
        "Contacts that are respectful", "Contacts", "are judged respectful",
        "be judged respectful", "were judged respectful", "contacts",
    ),
    "resolution_ready_rate": _told(
        "Contacts with a solution at hand", "Contacts", "are made with a solution at hand",
        "be made with a solution at hand", "were made with a solution at hand", "contacts",
    ),
    "response_rate": _told(
        "Requests for a rating that are answered", "Requests for a rating", "are answered",
        "be answered", "were answered", "requests for a rating",
    ),
    "csat": _told(
        "Ratings of 4 or 5", "Ratings", "are 4 or 5 of 5", "be 4 or 5 of 5", "were 4 or 5 of 5",
        "ratings",
    ),
    "first_contact_resolution_rate": _told(
        "Cases settled at the first contact", "Cases", "are settled at the first contact",
        "be settled at the first contact", "were settled at the first contact", "cases",
    ),
    "repeat_contact_rate": _told(
        "Cases that come back", "Cases", "are brought up again", "be brought up again",
        "were brought up again", "cases", harm=True,
    ),
    "resolution_rate": _told(
        "Cases settled", "Cases", "are settled", "be settled", "were settled", "cases",
    ),
    "context_kept_rate": _told(
        "Hand-overs that keep what the customer said", "Hand-overs",
        "are made with what the customer said", "be made with what the customer said",
        "were made with what the customer said", "hand-overs",
    ),
    "sla_attainment": _told(
        "Requests for a person answered in the promised time", "Requests for a person",
        "are answered in the promised time", "be answered in the promised time",
        "were answered in the promised time", "requests for a person",
    ),
    "explanation_complete_rate": _told(
        "Explanations that are complete", "Explanations", "are complete", "be complete",
        "were complete", "explanations",
    ),
    "boilerplate_share": _told(
        "Explanations that are the most common text", "Explanations",
        "are the most common text", "be the most common text", "were the most common text",
        "explanations", harm=True,
    ),
    "amount_per_request": _valued(
        "Amount per request", "Amounts per request",
        "mean amount per request, refusals as 0", "was the mean amount per request", LARGER,
    ),
    "amount_when_granted": _valued(
        "Amount when granted", "Amounts granted", "mean amount of what was granted",
        "was the mean amount granted", LARGER,
    ),
    "wait_rmst": _valued(
        "Wait for a person", "Waits for a person",
        "mean wait for a person, up to the longest time that all groups are seen to",
        "was the mean wait for a person", LONGER,
    ),
    "wait_median": _valued(
        "Typical wait for a person", "Typical waits for a person",
        "time by which half of the requests reach a person", "was the typical wait for a person",
        LONGER,
    ),
    "wait_p90": _valued(
        "Long waits for a person", "Long waits for a person",
        "time by which nine of ten requests reach a person",
        "was the wait in which nine of ten reached a person", LONGER,
    ),
    "review_time": _valued(
        "Time to answer an appeal", "Typical times to answer an appeal",
        "time by which half of the contested refusals are decided",
        "was the typical time to answer an appeal", LONGER,
    ),
    "review_time_p90": _valued(
        "Long times to answer an appeal", "Long times to answer an appeal",
        "time by which nine of ten contested refusals are decided",
        "was the time in which nine of ten appeals were answered", LONGER,
    ),
    "time_to_resolution": _valued(
        "Time until a case is settled", "Typical times until a case is settled",
        "time by which half of the cases are settled",
        "was the typical time until a case was settled", LONGER,
    ),
    "time_to_resolution_p90": _valued(
        "Long times until a case is settled", "Long times until a case is settled",
        "time by which nine of ten cases are settled",
        "was the time in which nine of ten cases were settled", LONGER,
    ),
    "ces": _valued(
        "Ease of getting help", "Ratings of ease",
        "mean rating of ease, from 1 (very hard) to 7 (very easy)", "was the mean rating of ease",
        HIGHER,
    ),
    "nps": _valued(
        "Net promoter score", "Net promoter scores", "net promoter score, from −100 to 100",
        "was the net promoter score", HIGHER,
    ),
    "transitions_per_case": _valued(
        "Hand-overs per case", "Hand-overs", "mean number of hand-overs per case",
        "was the mean number of hand-overs per case",
        ("more frequent", "less frequent", "as frequent"),
    ),
    "score_auc": _valued(
        "How well the score tells cases apart", "The score’s power to tell cases apart",
        "chance that the score puts a case that it should raise above another; 0.5 is a coin",
        "was the score’s power to tell cases apart", HIGHER, "is",
    ),
    "score_calibration": _valued(
        "Outcomes beyond the score", "Outcomes beyond the score",
        "share of outcomes minus the mean score; 0 where scores mean what they say",
        "was the outcome beyond the score", HIGHER,
    ),
}  # fmt: skip
