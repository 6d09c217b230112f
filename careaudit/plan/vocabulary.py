"""The words by which columns and values are known, and how a name is read as whole words.

Names are split along camelCase, snake_case and dots, so that `trace_id` has no race and `page` no
age in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Rules = tuple[tuple[int, str], ...]
"""Weights and the phrases that carry them, the heaviest and then the longest first."""

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SPLIT = {
    "zipcode": "zip code", "postcode": "postal code", "ageband": "age band", "userid": "user id",
    "customerid": "customer id", "createdate": "created date", "datetime": "date time", "ids": "id",
    "caseid": "case id", "ticketid": "ticket id", "lang": "language", "locale": "language",
    "neighbourhood": "neighborhood", "favourable": "favorable", "cutoff": "cut off",
    "handoff": "hand off", "timestamp": "time stamp", "uuid": "id", "guid": "id",
}  # fmt: skip


def tokens(name: str) -> tuple[str, ...]:
    """Split a column name or value into whole lower-case words."""
    words: list[str] = []
    for step in re.split(r"[\W_]+", name):
        for word in _WORD.findall(step) if step.isascii() else [step]:
            words += _SPLIT.get(word.lower(), word.lower()).split()
    return tuple(words)


def has(words: Sequence[str], phrase: str) -> bool:
    """Say whether the words of a phrase stand side by side among others."""
    parts = tuple(phrase.split())
    size = len(parts)
    return any(tuple(words[i : i + size]) == parts for i in range(len(words) - size + 1))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _rules(by_weight: Mapping[int, str]) -> Rules:
    rows = [(weight, phrase) for weight, text in by_weight.items() for phrase in text.split("|")]
    return tuple(sorted(rows, key=lambda row: (-row[0], -len(row[1]))))


# Roles, by the name of a column.

VAGUE = _words("id type area date reference")
"""Phrases of NAMES that weigh less beside other words."""
PEOPLE = _words(
    "customer requester user account individual client member student caller person patient "
    "subscriber household subject consumer learner borrower applicant claimant guest shopper"
)
ENDS_OF_IDS = _words("id key number no hash ref nr code")
NOT_SUBJECT = _words("type name age status tier")
"""Words that, beside people, tell of them instead of saying who they are."""
MEASURES = _words(
    "id count counts at date time stamp minutes seconds hours days length url uri score "
    "confidence probability version error number num index"
)

_ROLE_PHRASES: Mapping[str, Mapping[int, str]] = {
    "decision": {
        5: "decision|outcome",
        4: "determination|disposition|verdict|final result|resolution state|resolution status|"
        "company response|custom resolution|session end type|decision result|adjudication",
        3: "result|resolution|action|approved|denied|granted|rejected|refunded|credited|flagged|"
        "is escalated|allowed|declined|blocked|contacted|status|allow|withheld|hand off",
        2: "state|score text|flag|churn|response|escalated|risk band|risk level",
    },
    "decision_id": {
        5: "decision id|decision key|decision instance key",
        4: "ticket id|case id|complaint id|application id|claim id|inference id|unique key|"
        "reference id|request id|case number|ticket number|event id",
        3: "record id|interaction id|order id|transaction id|contact record id",
        2: "id|row id|reference",
    },
    "conversation_id": {5: "conversation id|session id|thread id|chat id|call id", 4: "contact id"},
    "trace_id": {5: "trace id"},
    "decided_at": {
        6: "decided at|decision date|decision time|decided on|evaluation date|evaluated at|"
        "date decided|decision at",
        4: "time stamp|event time|request time|inference time|logging time|decided|evaluation time",
        3: "created|created at|created date|creation time|create time|date received|"
        "received at|start time|conversation start|opened at|opened|screening date|date|"
        "date created|start date|submitted at|date time",
        1: "closed at|closed|resolved at|solved at|completed at|end time|updated at|"
        "last update time stamp|complete time stamp|close date|date sent",
    },
    "amount": {
        5: "credit usd|credit amount|refund amount|refund usd|credit eur|credit gbp|amount usd|"
        "credited amount|compensation amount",
        4: "amount|usd|eur|gbp|credit value|refund value",
        3: "refund|compensation|payout|cents",
        1: "charges|charge|price|fee|payment|cost",
    },
    "score": {
        5: "fraud score|risk score|model score|propensity score|abuse score",
        4: "score|probability|propensity|likelihood|p fraud",
        3: "confidence",
    },
    "threshold": {5: "threshold|cut off"},
    "model_version": {
        5: "model version|agent version|version api name|prompt version|bot version|policy version|"
        "bundle revision|flow version|definition version|bundles revision|ruleset version",
        4: "model|model name|model id|revision|served entity id|served entity",
        3: "release|variant|version",
    },
    "decided_by": {
        5: "decided by|decision source|decision maker|decider",
        4: "agent type|handled by|actor",
    },
    "decision_type": {
        5: "decision type|decision kind",
        3: "request type|case type|action type",
        1: "type",
    },
    "eligible": {5: "eligible|eligibility"},
    "reason_code": {
        5: "reason code|denial reason|decline reason|matched rule|rule id|decision reason",
        4: "reason|wrap up code|exit reason|disconnect reason|ended reason|reason codes",
    },
    "explanation": {5: "explanation|rationale|reason text|reasoning|decision notes"},
    "channel": {
        5: "channel|channel type|contact channel",
        4: "submitted via|media type|method received|origin|via",
        2: "source|medium",
    },
    "language": {6: "language"},
    "intent": {
        5: "intent|contact reason|call reason|case reason",
        4: "topic|issue|complaint type|ticket category|sr type|request category",
        3: "category|inquiry type",
    },
    "queue": {5: "queue|queue name", 3: "department|team|group name|skill"},
    "text": {
        5: "transcript|message|body|narrative|comment|comments|utterance|prompt|completion|note|"
        "notes|free text|message text|description|remark|feedback|summary",
        4: "text|content|question|answer|subject|request|response|query",
    },
    "label": {
        6: "ground truth|human label|gold label|qa label|credit owed|teacher label|appeal result|"
        "appeal outcome|qa result|qa outcome|review outcome|expected outcome|expected decision",
        5: "label|overturned|owed|recid|y true|correct decision|was correct",
        2: "target|disputed|actual",
    },
}
NAMES = {role: _rules(phrases) for role, phrases in _ROLE_PHRASES.items()}
"""For each role the words that name it; the heaviest phrase found counts."""

_KIND_PHRASES: Mapping[str, Mapping[int, str]] = {
    "protected": {
        6: "language|gender|sex|race|ethnicity|ethnic|age band|age range|age group|age cat|"
        "age bucket|age bracket|disability|disabled|religion|nationality|citizenship|"
        "senior citizen|veteran|servicemember|national origin|sexual orientation|marital status|"
        "native speaker|native language|accent|dialect|pregnant|immigration status|elderly",
        5: "age|senior|older american|assistive|screen reader",
    },
    "proxy": {
        6: "zip|postal|income|deprivation|imd|neighborhood|census tract|poverty|wealth|zip code",
        4: "education|borough|tract|rural|urban|housing|surname|area",
        3: "district|payment method|prepaid|insurance|occupation|employment status",
    },
    "operational": {
        5: "channel|channel type|product family|customer segment|customer tier",
        4: "product|plan|tier|region|country|contract|brand|market|submitted via|media type|"
        "method received|origin|segment|via",
        3: "state|tenure|business unit|agency",
    },
}
KINDS = {kind: _rules(phrases) for kind, phrases in _KIND_PHRASES.items()}
"""For each kind of segment the words that name it."""

NOT_SEGMENT: Mapping[str, frozenset[str]] = {
    "age": _words(
        "ticket case account cache message session record max min of conversation order issue"
    ),
    "race": _words("condition"),
    "language": _words("model programming query"),
    "state": _words("machine session ticket conversation resolution"),
    "plan": _words("action test"),
    "product": _words("version"),
    "area": _words("code text"),
    "segment": _words("audio speech"),
    "region": _words("aws cloud"),
}
"""By the first word of a phrase in KINDS the words that, beside it, make it mean something else."""

VETOES: Mapping[str, frozenset[str]] = {
    "decision": _words(
        "id key at date time stamp reason code by path version count marital sla http minutes "
        "label score instance kind threshold us employment source notes name type machine"
    ),
    "decided_at": _words("birth dob due expiry expires expiration seen zone"),
    "amount": _words("income count limit method id at date score type status"),
    "score": _words("satisfaction csat nps promoter survey sentiment offered text quality rating"),
    "model_version": _words("schema api os app browser client sdk device phone car"),
    "text": MEASURES | _words("type language channel status state code level rating"),
    "channel": _words("language id count"),
    "language": _words("model programming confidence score id query"),
    "reason_code": _words("text notes comment at"),
    "queue": MEASURES | {"size", "position", "duration"},
    "intent": _words("confidence score id count"),
    "eligible": _words("at date"),
    "label": _words("at on date id reviewer channel"),
    "decision_id": _words("model agent rule assignee admin category group product message page"),
}  # fmt: skip
"""By role the words that, beside those of NAMES, make a name mean something else."""

PRIVATE = _words(
    "email mail phone telephone mobile address ssn iban surname dob birth passport username "
    "fullname firstname lastname ip transcript message messages body narrative comment comments "
    "utterance prompt completion note notes description remark remarks feedback summary content "
    "explanation rationale reasoning"
)
"""Words of names whose values are never listed."""

# Segments, by the values of a column.

WORKFLOW = _words("closed open snoozed active")
"""States of a case, not of a country."""
KNOWN_VALUES: tuple[tuple[frozenset[str], str], ...] = (
    (_words("male female man woman nonbinary non-binary other"), "genders"),
    (_words("en es zh fr de pt it vi ko ru ar ja nl pl tl hi tr"), "languages"),
    (_words("english spanish chinese french german portuguese vietnamese"), "languages"),
    (frozenset(["african-american", "caucasian", "hispanic", "asian", "native american", "black",
                "white", "other"]), "races"),
    (frozenset(["older american", "servicemember", "older american, servicemember"]),
     "groups of people"),
)  # fmt: skip

# Sides, by the words of a decision.

GOOD = _words(
    "approved approve granted grant resolved credited accepted accept allowed allow refunded paid "
    "fulfilled pass passed cleared waived awarded reinstated solved credit refund relief "
    "eligible favorable"
)
BAD = _words(
    "denied deny denial rejected reject rejection refused refuse declined decline flagged flag "
    "blocked block withheld suspended failed fail unresolved ineligible disapproved banned "
    "disallowed revoked adverse unapproved"
)
OPEN = _words(
    "escalated escalation escalate pending open new review reviewed hand transferred transfer "
    "deferred withdrawn cancelled canceled hold waiting queued undecided unknown referred "
    "handed processing"
)
"""Not decided yet, or by somebody else."""
DOUBT = _words("partial partially assumed may maybe deflected card score")
"""Words beside which no other says a side."""
NOT = _words("not no non without never un")
APPEAL = _words("overturned reversed")
"""Good for who asked; beside them, upheld is bad."""
TRUE, FALSE = _words("true 1 yes y t"), _words("false 0 no n f")

# Kinds of decisions, by the words of a log.

DECISION_KINDS = {
    "lending_credit": _words("loan loans lending mortgage underwriting lender"),
    "flag": _words("flag flags flagged fraud"),
    "outreach": _words("outreach contacted campaign optout"),
    "goodwill_credit": _words("credit credits credited refund refunded goodwill compensation"),
}
GOODWILL = _words("refund goodwill credit")
"""Words of a column that make a settled decision a goodwill credit."""
