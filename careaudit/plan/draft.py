"""From column profiles to a draft plan: roles guessed, said to be guesses, and never confirmed.

Names are read as whole words along camelCase, snake_case and dots, so that `trace_id` has no race
and `page` no age in it; what the values look like then confirms or refuses a name. Pure: no file
and no row is read here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from careaudit.errors import PlanError

Confidence = Literal["high", "medium", "low"]
Side = Literal["favorable", "adverse", "neutral"]

FEW = 30
"""Up to so many distinct values are a list of values; more are a measurement, a text or an id."""
MAX_SEGMENTS = 8
"""More questions at once cost each of them evidence; the rest stand as comments."""
GOOD_HERE, BAD_HERE = "MOVE THE GOOD VALUES HERE", "MOVE THE BAD VALUES HERE"
"""Stand where no side could be guessed: valid, found in no log, and no audit can run on them."""


@dataclass(frozen=True)
class ColumnProfile:
    """What one column holds, as counts and shares of its filled values (from 0 to 1).

    `values` lists every value with its count, most frequent first, and only where `shows_values`
    allows it: never of ids, free text or columns with many values.
    """

    name: str
    rows: int = 0
    filled: int = 0
    distinct: int = 0
    values: tuple[tuple[str, int], ...] = ()
    date_share: float = 0.0
    epoch_share: float = 0.0
    number_share: float = 0.0
    whole_share: float = 0.0
    in_unit_share: float = 0.0
    mean_length: float = 0.0
    mean_words: float = 0.0
    max_length: int = 0
    folded: int = 0  # distinct values when case is ignored
    padded: int = 0  # values with blanks at an end
    negative: int = 0
    long_numbers: int = 0  # whole numbers of 16 digits or more
    zero_led: int = 0  # whole numbers that begin with 0
    date_shaped: int = 0  # values that look like a date of any country's habit
    placeholders: int = 0  # NA, null, none, -: kept as values

    @property
    def unique_share(self) -> float:
        """The share of distinct among filled values."""
        return self.distinct / self.filled if self.filled else 0.0

    @property
    def few(self) -> bool:
        """Say whether the values are few enough to be groups."""
        return 2 <= self.distinct <= FEW


@dataclass(frozen=True)
class Guess:
    """What a column may be: a field of the plan, "segment" or "label"; and why."""

    column: str
    role: str
    points: int
    why: str
    kind: str | None = None

    @property
    def confidence(self) -> Confidence:
        """Say how sure the guess is."""
        return "high" if self.points >= 5 else "medium" if self.points >= 3 else "low"


@dataclass(frozen=True)
class Roles:
    """The guesses taken, by column, those that lost, and columns that cannot be compared as is."""

    taken: Mapping[str, Guess]
    lost: tuple[Guess, ...]
    kinds: Mapping[str, Guess] = field(default_factory=dict)
    unfit: Mapping[str, str] = field(default_factory=dict)

    def column(self, role: str) -> str | None:
        """Return the column of a role, or None."""
        return next((c for c, guess in self.taken.items() if guess.role == role), None)


@dataclass(frozen=True)
class Polarity:
    """Which side each value seems to be on, and what in it says so.

    `settled` is false where no value could be guessed for one of the two sides: then every value
    is neutral, because an audit on a half guess is worse than none.
    """

    sides: Mapping[str, Side]
    why: Mapping[str, str]
    settled: bool
    confidence: Confidence

    def of(self, side: Side) -> list[str]:
        """Return the values of one side."""
        return [value for value, on in self.sides.items() if on == side]


@dataclass(frozen=True)
class Companion:
    """A table of customers and how it joins: our field, both columns, and how well they meet."""

    path: str
    profiles: tuple[ColumnProfile, ...]
    field: str
    log_column: str
    key: str
    matched: float
    repeated: int = 0


@dataclass(frozen=True)
class Draft:
    """A draft plan as TOML text, and what is to be said about it."""

    text: str
    roles: Roles
    polarity: Polarity
    decision: str
    segments: tuple[Guess, ...]
    fields: tuple[Guess, ...]
    notes: tuple[str, ...]


# Names.

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SPLIT = {
    "zipcode": "zip code", "postcode": "postal code", "ageband": "age band", "userid": "user id",
    "customerid": "customer id", "createdate": "created date", "datetime": "date time", "ids": "id",
    "caseid": "case id", "ticketid": "ticket id", "lang": "language", "locale": "language",
    "neighbourhood": "neighborhood", "favourable": "favorable", "cutoff": "cut off",
    "handoff": "hand off", "timestamp": "time stamp", "uuid": "id", "guid": "id",
}  # fmt: skip


def tokens(name: str) -> tuple[str, ...]:
    """Split a column name or value into whole lower-case words."""
    steps = re.split(r"[\W_]+", name)
    found = (
        word for step in steps for word in (_WORDS.findall(step) if step.isascii() else [step])
    )
    words = (word.lower() for word in found)
    return tuple(part for word in words for part in _SPLIT.get(word, word).split())


def _has(words: Sequence[str], phrase: str) -> bool:
    parts = tuple(phrase.split())
    size = len(parts)
    return any(tuple(words[i : i + size]) == parts for i in range(len(words) - size + 1))


def _rules(**by_points: str) -> tuple[tuple[int, str], ...]:
    rows = [(int(k[1:]), p.strip()) for k, text in by_points.items() for p in text.split("|")]
    return tuple(sorted(rows, key=lambda row: (-row[0], -len(row[1]))))


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PEOPLE = _set(
    "customer requester user account individual client member student caller person patient "
    "subscriber household subject consumer learner borrower applicant claimant guest shopper"
)
_IDS = _set("id key number no hash ref nr code")
_MEASURES = _set(
    "id count counts at date time stamp minutes seconds hours days length url uri score "
    "confidence probability version error number num index"
)

NAMES: Mapping[str, tuple[tuple[int, str], ...]] = {
    "decision": _rules(
        p5="decision|outcome",
        p4="determination|disposition|verdict|final result|resolution state|resolution status|"
        "company response|custom resolution|session end type|decision result|adjudication",
        p3="result|resolution|action|approved|denied|granted|rejected|refunded|credited|flagged|"
        "is escalated|allowed|declined|blocked|contacted|status|allow|withheld|hand off",
        p2="state|score text|flag|churn|response|escalated|risk band|risk level",
    ),
    "decision_id": _rules(
        p5="decision id|decision key|decision instance key",
        p4="ticket id|case id|complaint id|application id|claim id|inference id|unique key|"
        "reference id|request id|case number|ticket number|event id",
        p3="record id|interaction id|order id|transaction id|contact record id",
        p2="id|row id|reference",
    ),
    "conversation_id": _rules(
        p5="conversation id|session id|thread id|chat id|call id", p4="contact id"
    ),
    "trace_id": _rules(p5="trace id"),
    "decided_at": _rules(
        p6="decided at|decision date|decision time|decided on|evaluation date|evaluated at|"
        "date decided|decision at",
        p4="time stamp|event time|request time|inference time|logging time|decided|evaluation time",
        p3="created|created at|created date|creation time|create time|date received|"
        "received at|start time|conversation start|opened at|opened|screening date|date|"
        "date created|start date|submitted at|date time",
        p1="closed at|closed|resolved at|solved at|completed at|end time|updated at|"
        "last update time stamp|complete time stamp|close date|date sent",
    ),
    "amount": _rules(
        p5="credit usd|credit amount|refund amount|refund usd|credit eur|credit gbp|amount usd|"
        "credited amount|compensation amount",
        p4="amount|usd|eur|gbp|credit value|refund value",
        p3="refund|compensation|payout|cents",
        p1="charges|charge|price|fee|payment|cost",
    ),
    "score": _rules(
        p5="fraud score|risk score|model score|propensity score|abuse score",
        p4="score|probability|propensity|likelihood|p fraud",
        p3="confidence",
    ),
    "threshold": _rules(p5="threshold|cut off"),
    "model_version": _rules(
        p5="model version|agent version|version api name|prompt version|bot version|policy version|"
        "bundle revision|flow version|definition version|bundles revision|ruleset version",
        p4="model|model name|model id|revision|served entity id|served entity",
        p3="release|variant|version",
    ),
    "decided_by": _rules(
        p5="decided by|decision source|decision maker|decider", p4="agent type|handled by|actor"
    ),
    "decision_type": _rules(
        p5="decision type|decision kind", p3="request type|case type|action type", p1="type"
    ),
    "eligible": _rules(p5="eligible|eligibility"),
    "reason_code": _rules(
        p5="reason code|denial reason|decline reason|matched rule|rule id|decision reason",
        p4="reason|wrap up code|exit reason|disconnect reason|ended reason|reason codes",
    ),
    "explanation": _rules(p5="explanation|rationale|reason text|reasoning|decision notes"),
    "channel": _rules(
        p5="channel|channel type|contact channel",
        p4="submitted via|media type|method received|origin|via",
        p2="source|medium",
    ),
    "language": _rules(p6="language"),
    "intent": _rules(
        p5="intent|contact reason|call reason|case reason",
        p4="topic|issue|complaint type|ticket category|sr type|request category",
        p3="category|inquiry type",
    ),
    "queue": _rules(p5="queue|queue name", p3="department|team|group name|skill"),
    "text": _rules(
        p5="transcript|message|body|narrative|comment|comments|utterance|prompt|completion|note|"
        "notes|free text|message text|description|remark|feedback|summary",
        p4="text|content|question|answer|subject|request|response|query",
    ),
    "label": _rules(
        p6="ground truth|human label|gold label|qa label|credit owed|teacher label|appeal result|"
        "appeal outcome|qa result|qa outcome|review outcome|expected outcome|expected decision",
        p5="label|overturned|owed|recid|y true|correct decision|was correct",
        p2="target|disputed|actual",
    ),
}
"""For each role the words that name it, by weight; the heaviest phrase found counts."""

KINDS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "protected": _rules(
        p6="language|gender|sex|race|ethnicity|ethnic|age band|age range|age group|age cat|"
        "age bucket|age bracket|disability|disabled|religion|nationality|citizenship|"
        "senior citizen|veteran|servicemember|national origin|sexual orientation|marital status|"
        "native speaker|native language|accent|dialect|pregnant|immigration status|elderly",
        p5="age|senior|older american|assistive|screen reader",
    ),
    "proxy": _rules(
        p6="zip|postal|income|deprivation|imd|neighborhood|census tract|poverty|wealth|zip code",
        p4="education|borough|tract|rural|urban|housing|surname|area",
        p3="district|payment method|prepaid|insurance|occupation|employment status",
    ),
    "operational": _rules(
        p5="channel|channel type|product family|customer segment|customer tier",
        p4="product|plan|tier|region|country|contract|brand|market|submitted via|media type|"
        "method received|origin|segment|via",
        p3="state|tenure|business unit|agency",
    ),
}
_NOT_SEGMENT: Mapping[str, str] = {
    "age": "ticket case account cache message session record max min of conversation order issue",
    "race": "condition",
    "language": "model programming query",
    "state": "machine session ticket conversation resolution",
    "plan": "action test",
    "product": "version",
    "area": "code text",
    "segment": "audio speech",
    "region": "aws cloud",
}
_VETO: Mapping[str, frozenset[str]] = {
    "decision": _set(
        "id key at date time stamp reason code by path version count marital sla http minutes "
        "label score instance kind threshold us employment source notes name type machine"
    ),
    "decided_at": _set("birth dob due expiry expires expiration seen zone"),
    "amount": _set("income count limit method id at date score type status"),
    "score": _set("satisfaction csat nps promoter survey sentiment offered text quality rating"),
    "model_version": _set("schema api os app browser client sdk device phone car"),
    "text": _MEASURES | _set("type language channel status state code level rating"),
    "channel": _set("language id count"),
    "language": _set("model programming confidence score id query"),
    "reason_code": _set("text notes comment at"),
    "queue": _MEASURES | {"size", "position", "duration"},
    "intent": _set("confidence score id count"),
    "eligible": _set("at date"),
    "label": _set("at on date id reviewer channel"),
    "decision_id": _set("model agent rule assignee admin category group product message page"),
}  # fmt: skip
_PRIVATE = _set(
    "email mail phone telephone mobile address ssn iban surname dob birth passport username "
    "fullname firstname lastname ip transcript message messages body narrative comment comments "
    "utterance prompt completion note notes description remark remarks feedback summary content "
    "explanation rationale reasoning"
)


def shows_values(profile: ColumnProfile) -> bool:
    """Say whether the values of a column may be listed: few, short, no id, no free text."""
    words = tokens(profile.name)
    named = bool(_PRIVATE & set(words)) or _has(words, "first name") or _has(words, "last name")
    private = named or (words[-1:] == ("text",) and not {"score", "risk"} & set(words))
    ids = words[-1:] in {("id",), ("key",), ("hash",)} or ("name" in words and _PEOPLE & set(words))
    unique = profile.filled > 5 and profile.distinct == profile.filled
    short = profile.mean_length <= 40 and profile.mean_words <= 7 and profile.max_length <= 120
    return profile.distinct <= FEW and short and not (private or ids or unique)


def _named(role: str, words: tuple[str, ...]) -> tuple[int, str]:
    """Return the weight of a role by name and the words that say so; 0 if nothing does."""
    rules = NAMES[role]
    vetoes = _VETO.get(role, frozenset())
    for points, phrase in rules:
        parts = phrase.split()
        if _has(words, phrase) and not vetoes & (set(words) - set(parts)):
            if phrase in {"id", "type", "area", "date", "reference"} and len(words) > 1:
                points -= 1
            return points, phrase
    return 0, ""


def _subject(words: tuple[str, ...]) -> tuple[int, str]:
    people = [word for word in words if word in _PEOPLE]
    if not people or {"type", "name", "age", "status", "tier"} & set(words):
        return 0, ""
    if {"id", "hash"} & set(words):
        return 5, f"{people[0]} id"
    if words[-1] in _IDS:
        return 4, f"{people[0]} {words[-1]}"
    return (3, people[0]) if len(words) == 1 and people[0] != "subject" else (0, "")


def _kind(profile: ColumnProfile) -> Guess | None:
    """Guess whether a column says something of the customer that groups can be compared by."""
    words = tokens(profile.name)
    found: list[tuple[int, str, str]] = []
    for kind, rules in KINDS.items():
        for points, phrase in rules:
            head = phrase.split()[0]
            vetoes = set(_NOT_SEGMENT.get(head, "").split()) | (_MEASURES - {"number"})
            if _has(words, phrase) and not vetoes & (set(words) - set(phrase.split())):
                found.append((points, phrase, kind))
                break
    if found:
        points, phrase, kind = max(found, key=lambda row: row[0])
        if phrase == "state" and profile.values and _workflow(profile):
            return None
        return Guess(profile.name, "segment", points, f'the name says "{phrase}"', kind)
    values = {value.lower() for value, _ in profile.values}
    for known, what in _KNOWN_VALUES:
        if len(values & known) >= 2 and len(values - known) <= 1:
            return Guess(profile.name, "segment", 4, f"the values are {what}", "protected")
    return None


_KNOWN_VALUES: tuple[tuple[frozenset[str], str], ...] = (
    (_set("male female man woman nonbinary non-binary other"), "genders"),
    (_set("en es zh fr de pt it vi ko ru ar ja nl pl tl hi tr"), "languages"),
    (_set("english spanish chinese french german portuguese vietnamese"), "languages"),
    (frozenset(["african-american", "caucasian", "hispanic", "asian", "native american", "black",
                "white", "other"]), "races"),
    (frozenset(["older american", "servicemember", "older american, servicemember"]),
     "groups of people"),
)  # fmt: skip


def _workflow(profile: ColumnProfile) -> bool:
    return any(_word_side(tokens(value), frozenset())[0] for value, _ in profile.values) or bool(
        {"closed", "open", "snoozed", "active"} & {value.lower() for value, _ in profile.values}
    )


def _value_points(role: str, profile: ColumnProfile) -> int | None:  # noqa: C901
    """Say how far the values bear a role out; None refuses it."""
    p = profile
    if not p.filled:
        return None
    dated = max(p.date_share, p.epoch_share)
    if role == "decision":
        if not p.few or not p.values or p.date_share > 0.5:
            return None
        guess = polarity(p.name, p.values)
        return 2 if guess.settled else 1 if any(guess.why.values()) else 0
    if role in {"decision_id", "trace_id", "conversation_id", "subject_id"}:
        least = {"decision_id": 0.5, "trace_id": 0.05, "conversation_id": 0.05}.get(role, 0.0)
        odd = p.mean_words > 2 or p.date_share > 0.5 or p.distinct < 2
        if odd or (p.unique_share < least and not _has(tokens(p.name), "decision id")):
            return None
        return 1 if role == "decision_id" and p.unique_share > 0.99 else 0
    if role == "decided_at":
        return 0 if dated >= 0.8 else None
    if role in {"amount", "score", "threshold"}:
        if p.number_share < 0.9 or p.date_share > 0.5 or (role != "threshold" and p.distinct <= 2):
            return None
        return 1 if role == "score" and p.in_unit_share > 0.99 else 0
    if role in {"text", "explanation"}:
        if p.number_share > 0.5 or dated > 0.5:
            return None
        return 1 if p.mean_words >= 4 else 0 if p.distinct > FEW or p.mean_words >= 2 else None
    if p.mean_words > 8 or p.date_share > 0.5:
        return None
    if role == "label":
        return 0 if p.few and p.values else None
    most = {"model_version": 200, "reason_code": 500, "intent": 500, "queue": 500}.get(role, FEW)
    if p.distinct > max(most, FEW) or (p.filled > 50 and p.unique_share > 0.5):
        return None
    return -1 if role in {"channel", "queue"} and p.number_share > 0.9 else 0


def candidates(profile: ColumnProfile) -> list[Guess]:
    """Return every role that a column may have, the likeliest first."""
    words = tokens(profile.name)
    out: list[Guess] = []
    for role in (*NAMES, "subject_id"):
        points, phrase = _subject(words) if role == "subject_id" else _named(role, words)
        bonus = _value_points(role, profile) if points else None
        if bonus is not None and points + bonus > 0:
            out.append(Guess(profile.name, role, points + bonus, f'the name says "{phrase}"'))
    wordy = profile.mean_words >= 5 and profile.distinct > FEW and profile.date_share < 0.5
    if wordy and not any(guess.points >= 4 for guess in out):
        why = f"the values have {profile.mean_words:.0f} words on average"
        out.append(Guess(profile.name, "text", 4, why))
    return sorted(out, key=lambda guess: -guess.points)


def roles(profiles: Sequence[ColumnProfile]) -> Roles:
    """Give each column at most one role and each field its likeliest column."""
    kinds = {p.name: kind for p in profiles if (kind := _kind(p))}
    rank = {p.name: number for number, p in enumerate(profiles)}
    every = [guess for p in profiles for guess in candidates(p)]
    every = [g for g in every if not _beaten(g, kinds.get(g.column))]
    every.sort(key=lambda g: (-g.points, rank[g.column]))
    taken: dict[str, Guess] = {}
    lost: list[Guess] = []
    held: set[str] = set()
    for guess in every:
        if guess.column in taken:
            lost += [guess] if guess.points > 1 and guess.role not in {"text", "label"} else []
        elif guess.role in held and guess.role not in {"text", "label"}:
            lost.append(guess)
        else:
            taken[guess.column] = guess
            held.add(guess.role)
    for name, kind in kinds.items():
        if name not in taken:
            taken[name] = kind
        elif taken[name].role not in {"channel", "language"}:
            kinds = {key: value for key, value in kinds.items() if key != name}
    by_name = {p.name: p for p in profiles}
    unfit = {name: why for name in kinds if (why := _unfit(by_name[name]))}
    ordered = {p.name: taken[p.name] for p in profiles if p.name in taken}
    return Roles(ordered, tuple(lost), kinds, unfit)


def _beaten(guess: Guess, kind: Guess | None) -> bool:
    """A column that names a group of people is no field, save channel and language themselves."""
    if kind is None or guess.role in {"channel", "language"}:
        return False
    return kind.points >= guess.points


def _unfit(profile: ColumnProfile) -> str | None:
    """Say why a column that names groups cannot be compared as it is, or None."""
    if profile.distinct < 2:
        return "it holds one value only" if profile.distinct else "it is empty"
    if "age" in tokens(profile.name) and profile.whole_share > 0.9 and profile.distinct > 12:
        return f"{profile.distinct} single ages: make bands first"
    if profile.distinct > FEW:
        return f"{profile.distinct:,} groups: join them to a few first"
    return None


# Which way is good.

_GOOD = _set(
    "approved approve granted grant resolved credited accepted accept allowed allow refunded paid "
    "fulfilled pass passed cleared waived awarded reinstated solved credit refund relief "
    "eligible favorable"
)
_BAD = _set(
    "denied deny denial rejected reject rejection refused refuse declined decline flagged flag "
    "blocked block withheld suspended failed fail unresolved ineligible disapproved banned "
    "disallowed revoked adverse unapproved"
)
_OPEN = _set(
    "escalated escalation escalate pending open new review reviewed hand transferred transfer "
    "deferred withdrawn cancelled canceled hold waiting queued undecided unknown referred "
    "handed processing"
)
_DOUBT = _set("partial partially assumed may maybe deflected card score")
_NOT = _set("not no non without never un")
_TRUE, _FALSE = _set("true 1 yes y t"), _set("false 0 no n f")


def _word_side(words: tuple[str, ...], context: frozenset[str]) -> tuple[Side | None, str]:
    """Return the side that the words of a value speak for, and the word; None in doubt."""
    if {"progress", "process"} & set(words) and "in" in words:
        return "neutral", "in progress"
    if (doubt := [w for w in words if w in _OPEN]) or _DOUBT & set(words):
        return ("neutral", doubt[0]) if doubt else (None, "")
    found: list[tuple[Side, str]] = []
    for at, word in enumerate(words):
        good = word in _GOOD or word in {"overturned", "reversed"}
        bad = word in _BAD or (word == "upheld" and bool({"overturned", "reversed"} & context))
        if not (good or bad):
            continue
        if _NOT & set(words[:at]):
            if words[at - 1] not in _NOT:
                return None, ""
            good, bad = bad, good
            word = f"{words[at - 1]} {word}"
        found.append(("favorable" if good else "adverse", word))
    sides = {side for side, _ in found}
    return found[-1] if len(sides) == 1 else (None, "")


def polarity(column: str, values: Sequence[tuple[str, int]]) -> Polarity:
    """Guess the side of each value; a value that no word places is neutral and says so."""
    names = [value for value, _ in values]
    if {name.lower() for name in names} <= _TRUE | _FALSE:
        return _flag(column, names)
    context = frozenset(word for name in names for word in tokens(name))
    found = {name: _word_side(tokens(name), context) for name in names}
    sides: dict[str, Side] = {name: side or "neutral" for name, (side, _) in found.items()}
    why = {name: f'"{word}"' if word else "" for name, (_, word) in found.items()}
    appeal = bool({"overturned", "reversed"} & context)  # upheld: which side depends on who asked
    confidence: Confidence = "high" if all(why.values()) and not appeal else "medium"
    unplaced = [name for name in names if not why[name]]
    told = {side for side in sides.values() if side != "neutral"}
    if len(names) == 2 and len(unplaced) == 1 and len(told) == 1:
        other = next(name for name in names if name not in unplaced)
        sides[unplaced[0]] = "adverse" if told == {"favorable"} else "favorable"
        why[unplaced[0]] = f"only because it is the other value than {show(other)}"
        confidence = "low"
    return _or_nothing(sides, why, confidence)


def _flag(column: str, names: Sequence[str]) -> Polarity:
    """A yes or no says nothing by itself: the column's name must."""
    side, word = _word_side(tokens(column), frozenset())
    neutral: dict[str, Side] = dict.fromkeys(names, "neutral")
    if side in {None, "neutral"}:
        return _or_nothing(neutral, dict.fromkeys(names, ""), "low")
    other: Side = "adverse" if side == "favorable" else "favorable"
    sides: dict[str, Side] = {
        name: (side if name.lower() in _TRUE else other) or "neutral" for name in names
    }
    return _or_nothing(sides, dict.fromkeys(names, f'the column says "{word}"'), "medium")


def _or_nothing(
    sides: Mapping[str, Side], why: Mapping[str, str], confidence: Confidence
) -> Polarity:
    if {"favorable", "adverse"} <= set(sides.values()):
        return Polarity(sides, why, settled=True, confidence=confidence)
    hints = {name: f"{side}? {why[name]}" if why[name] else "" for name, side in sides.items()}
    return Polarity(dict.fromkeys(sides, "neutral"), hints, settled=False, confidence="low")


# TOML.

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def show(text: str) -> str:
    """Write a text as a TOML string; control and invisible characters become escapes."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Co", "Cn"}:
        return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"
    return char


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(show(text) for text in texts) + "]"


def draft(
    profiles: Sequence[ColumnProfile],
    *,
    name: str,
    path: Sequence[str],
    read: str = "",
    companion: Companion | None = None,
) -> Draft:
    """Write the draft plan of a log.

    `name` titles the audit, `path` is what the plan says of the log's files and `read` tells how
    much of it was looked at. Raises PlanError if no column can be the decision, or none a segment.
    """
    found = roles(profiles)
    if companion and companion.field not in {g.role for g in found.taken.values()}:
        guess = Guess(companion.log_column, companion.field, 3, "it joins the customers' table")
        found = replace(found, taken={**found.taken, companion.log_column: guess})
    return _Writer(profiles, found, name, path, read, companion).write()


class _Writer:
    """One draft in the making, table by table in the order a person checks them."""

    def __init__(
        self,
        profiles: Sequence[ColumnProfile],
        found: Roles,
        name: str,
        path: Sequence[str],
        read: str,
        companion: Companion | None,
    ) -> None:
        self.profiles = {profile.name: profile for profile in profiles}
        self.roles = found
        self.name, self.path, self.read, self.companion = name, path, read, companion
        self.notes: list[str] = []
        self.offered: list[Guess] = list(found.lost)
        seen = ", ".join(show(column)[1:-1] for column in list(self.profiles)[:40])
        decision = found.column("decision")
        if decision is None:
            raise PlanError(
                "no column looks like the decision: by its name, with 2 to "
                f"{FEW} different values.",
                where="log",
                hint=f"Name it: careaudit audit LOG --decision COL --adverse VALUE --by COL. "
                f"Columns: {seen}.",
            )
        self.decision = decision
        self.outcome = polarity(decision, self.profiles[decision].values)
        self.table = self._table_name()
        self.mine = {p.name: p for p in companion.profiles} if companion else {}
        self.segments, self.spare = self._choose()
        if not self.segments:
            raise PlanError(
                "no column looks like a group of customers to compare (2 to "
                f"{FEW} different values).",
                where="log",
                hint="Join a table of customers with --customers FILE, or name a column: careaudit "
                f"audit LOG --decision {show(decision)} --adverse VALUE --by COL. Columns: {seen}.",
            )

    def write(self) -> Draft:
        fields = self._fields()
        parts = [
            self._head(), self._audit(), self._log(fields), self._tables(), self._outcome(),
            self._label(), *self._segments(), self._question(),
        ]  # fmt: skip
        return Draft(
            text="\n\n".join("\n".join(part) for part in parts if part) + "\n",
            roles=self.roles,
            polarity=self.outcome,
            decision=self.decision,
            segments=tuple(self.segments.values()),
            fields=tuple(guess for guesses in fields.values() for guess in guesses),
            notes=tuple(self.notes),
        )

    # What is compared.

    def _table_name(self) -> str:
        heads = {column.partition(".")[0] for column in self.profiles}
        return "customers" if "customers" not in heads else "customers_table"

    def _choose(self) -> tuple[dict[str, Guess], list[tuple[str, str]]]:
        """Return segments by plan reference, and columns left out with the reason."""
        theirs = roles(self.companion.profiles) if self.companion else Roles({}, ())
        blocked = {g.role: c for c, g in self.roles.taken.items() if g.role != c}
        options: list[tuple[str, Guess]] = []
        spare: list[tuple[str, str]] = []
        for column, guess in self.roles.kinds.items():
            if column in self.roles.unfit:
                spare.append((column, self.roles.unfit[column]))
            elif column in blocked:  # the plan would read the mapped column instead
                spare.append((column, f"[log.columns] calls {show(blocked[column])} so"))
            else:
                options.append((column, guess))
        for column, guess in theirs.kinds.items():
            if column in theirs.unfit:
                spare.append((f"{self.table}.{column}", theirs.unfit[column]))
            else:
                options.append((f"{self.table}.{column}", guess))
        if not options:
            options = self._unnamed(blocked)
        rank = {"protected": 0, "proxy": 1, "operational": 2}
        options.sort(key=lambda row: (rank[row[1].kind or "operational"], -row[1].points))
        spare += [(ref, "left out to keep the question small") for ref, _ in options[MAX_SEGMENTS:]]
        return dict(options[:MAX_SEGMENTS]), spare

    def _unnamed(self, blocked: Mapping[str, str]) -> list[tuple[str, Guess]]:
        free = [
            p for p in self.profiles.values()
            if 2 <= p.distinct <= 12 and p.values and p.name not in blocked
            and p.name not in self.roles.taken
        ]  # fmt: skip
        why = "it has few values, but its name does not say who they are"
        return [(p.name, Guess(p.name, "segment", 1, why, "operational")) for p in free[:3]]

    # The parts.

    def _head(self) -> list[str]:
        return [
            f"# A draft by `careaudit init`{f' from {self.read}' if self.read else ''}.",
            "# Roles are guessed from names and values. Before it is used, a person checks every",
            '# line that says "guess", moves each value of [outcome] to its right side, sets',
            "# confirmed = true, and writes the justification. Then: careaudit plan check",
            "schema_version = 1",
        ]

    def _audit(self) -> list[str]:
        kind, why = self._decision_kind()
        sure = "low" if kind == "other" else "medium"
        return [
            "[audit]",
            f"name = {show(self.name)}",
            '# system = "..."                       # the AI system that decides',
            '# release = "..."                      # the model release under review',
            _beside(f"decision_kind = {show(kind)}", f"guess: {sure} - {_plain(why)}"),
            'justification = "TO BE REPLACED: why these questions, and who asked for them."',
        ]

    def _decision_kind(self) -> tuple[str, str]:
        values = [value for value, _ in self.profiles[self.decision].values]
        words = [w for text in (self.name, self.decision, *values) for w in tokens(text)]
        columns = [w for column in self.profiles for w in tokens(column)]
        for kind, hints in (
            ("lending_credit", "loan loans lending mortgage underwriting lender"),
            ("flag", "flag flags flagged fraud"),
            ("outreach", "outreach contacted campaign optout"),
            ("goodwill_credit", "credit credits credited refund refunded goodwill compensation"),
        ):
            if hit := next((word for word in words if word in hints.split()), None):
                return kind, f'the names say "{hit}"'
        goodwill = {"refund", "goodwill", "credit"} & set(columns)
        if goodwill and self.outcome.settled:
            return "goodwill_credit", f'a column says "{min(goodwill)}"'
        return "other", "goodwill_credit, lending_credit, escalation, flag, outreach or other"

    def _fields(self) -> dict[str, list[Guess]]:
        fields: dict[str, list[Guess]] = {}
        used = {ref for ref in self.segments if ref in self.profiles}
        for column, guess in self.roles.taken.items():
            clash = guess.role in used and guess.role != column
            if guess.role in {"segment", "label"}:
                continue
            if clash or (guess.confidence == "low" and guess.role != "decision"):
                self.offered.append(guess)  # a wrong amount is worse than none
            else:
                fields.setdefault(guess.role, []).append(guess)
        return {role: fields[role] for role in (*NAMES, "subject_id") if role in fields}

    def _log(self, fields: Mapping[str, list[Guess]]) -> list[str]:
        lines = ["[log]", f"path = {_list(self.path)}"]
        amount = next(iter(fields.get("amount", [])), None)
        if amount:
            code = {"usd", "eur", "gbp"} & set(tokens(amount.column))
            why = f"the column {show(amount.column)} says so"
            lines.append(
                _beside(f"currency = {show(min(code).upper())}", f"guess: high - {_plain(why)}")
                if code
                else _beside('# currency = "USD"', "of the amount")
            )
        lines += ["", "[log.columns]                        # our field = their column"]
        offered: dict[str, list[Guess]] = {}
        for guess in self.offered:
            offered.setdefault(guess.role, []).append(guess)
        rest = [role for role in (*NAMES, "subject_id") if role not in _FIRST]
        for role in (*_FIRST, *rest):
            taken = fields.get(role, [])
            columns = [guess.column for guess in taken]
            if taken:
                value = _list(columns) if role == "text" else show(columns[0])
                told = "; counted for phrases, never copied" if role == "text" else ""
                lines.append(_beside(f"{role} = {value}", _guess(taken[0]) + told))
            elif role in _MISSING:
                lines.append(_beside(f'# {role} = "..."', _MISSING[role]))
            lines += [
                _beside(f"# {role} = {show(guess.column)}", _guess(guess))
                for guess in offered.get(role, [])
                if guess.column not in columns
            ]
        return lines

    def _tables(self) -> list[str]:
        if not self.companion:
            return []
        c = self.companion
        used = [g.column for ref, g in self.segments.items() if ref not in self.profiles]
        sure = "high" if c.matched > 0.9 else "medium" if c.matched > 0.5 else "low"
        met = f"guess: {sure} - {share(c.matched)} of the log's ids are found there"
        lines = [
            _beside(f"[tables.{self.table}]", "restricted: only sums leave it"),
            f"path = {show(c.path)}",
            _beside(f"key = {{ {c.field} = {show(c.key)} }}", met),
            'access = "restricted"',
        ]
        if used:
            lines.append(f"columns = {_list(used)}")
        if c.repeated:
            lines.insert(1, f"# {c.repeated:,} of its keys repeat: the audit will refuse the join.")
            self.notes.append(
                f"{c.repeated:,} keys of the customers' table occur more than once: keep one row "
                "of each, or the audit refuses the join."
            )
        return lines

    def _outcome(self) -> list[str]:
        outcome, counts = self.outcome, dict(self.profiles[self.decision].values)
        lines = ["[outcome]"]
        if outcome.settled:
            lines.append(
                f"# guess: {outcome.confidence} - from words. A wrong side turns a finding round."
            )
        else:
            lines += [
                "# WHICH WAY IS GOOD COULD NOT BE GUESSED. Every value stands in neutral, and no",
                "# audit will run until a person has moved the good and the bad ones.",
            ]
            self.notes.append(
                "Which decisions are good could not be guessed: all values stand in neutral. Move "
                "them in [outcome]; until then no audit will run."
            )
        for side in ("favorable", "adverse", "neutral"):
            values = outcome.of(side)
            if side != "neutral" and not outcome.settled:
                marker = GOOD_HERE if side == "favorable" else BAD_HERE
                lines.append(f"{side} = {_list([self._unseen(marker, counts)])}")
                continue
            lines.append(f"{side} = [" if values else f"{side} = []")
            for value in values:
                told = outcome.why[value] or "NO WORD SAYS WHICH SIDE: move it, or leave it here"
                lines.append(
                    _beside(f"  {show(value)},", f"{counts[value]:,} rows: {_plain(told)}")
                )
            lines += ["]"] if values else []
        lines.append("confirmed = false                    # a person sets this to true")
        unplaced = [value for value in outcome.of("neutral") if not outcome.why[value]]
        if outcome.settled and unplaced:
            rows = sum(counts[value] for value in unplaced) / max(sum(counts.values()), 1)
            self.notes.append(
                f"{len(unplaced)} of {len(counts)} decision values ({share(rows)} of the rows) say "
                "no side; they stand in neutral, set aside. Move them in [outcome]."
            )
        return lines

    @staticmethod
    def _unseen(marker: str, counts: Mapping[str, int]) -> str:
        while marker in counts:
            marker += "!"
        return marker

    def _label(self) -> list[str]:
        labels = [guess for guess in self.roles.taken.values() if guess.role == "label"]
        if not labels:
            return []
        rest = ", ".join(show(guess.column) for guess in labels[1:])
        return [
            "# Ground truth? Say how the labels were picked, and which values mean that the",
            "# decision should have been favorable; then take the signs away.",
            "# [label]",
            _beside(f"# column = {show(labels[0].column)}", _guess(labels[0])),
            *([f"#   or: {rest}"] if rest else []),
            '# positive = ["..."]',
            '# selection = "..."                    # all | random_sample | appealed | other',
        ]

    def _segments(self) -> list[list[str]]:
        self.names: list[str] = []
        blocks = []
        for reference, guess in self.segments.items():
            name = _slug(guess.column)
            while name in self.names:
                name += "_2"
            self.names.append(name)
            lines = [
                "[[segments]]",
                f"# guess: {guess.confidence} - {_plain(guess.why)}",
                f"name = {show(name)}",
                f"column = {show(reference)}",
                f"kind = {show(guess.kind or 'operational')}",
            ]
            order = _ordered(self.profiles[reference]) if reference in self.profiles else ()
            lines += [f"order = {_list(order)}"] if order else []
            blocks.append(lines)
        if self.spare:
            blocks.append(
                ["# Not compared:"] + [f"#   {show(ref)}: {_plain(why)}" for ref, why in self.spare]
            )
        return blocks

    def _question(self) -> list[str]:
        intent = self.roles.column("intent")
        ask = f"Is the decision ({self.decision}) better for some customers than for others?"
        lines = [
            "[[questions]]",
            'id = "decision"',
            f"ask = {show(ask)}",
            "# No measure: the rarer side of the outcome is asked.",
            f"segments = {_list(self.names)}",
            "limit = { ratio = 0.80, floor = 0.01, cap = 0.10 }",
        ]
        if intent:
            lines.append(_beside(f"# within = {_list([intent])}", "like with like, if agreed"))
        return [*lines, "gate = true", 'inconclusive = "close"']


_FIRST = ("decision", "decision_id", "subject_id", "decided_at")
_MISSING = {
    "decision_id": "none is sure: repeated rows are not told apart",
    "subject_id": "none is sure: every row counts as one customer",
    "decided_at": "none is sure: no period, no trend",
}


def _guess(guess: Guess) -> str:
    return f"guess: {guess.confidence} - {_plain(guess.why)}"


def _plain(text: str) -> str:
    """Make a text safe to stand in a comment."""
    return show(text)[1:-1].replace('\\"', '"')


def _beside(line: str, comment: str) -> str:
    return f"{line:<36} # {comment}"


def _slug(column: str) -> str:
    """Name a segment after the last step of its column's path."""
    name = re.sub(r"\W+", "_", re.split(r"[.\]]", column.rstrip(".]"))[-1]).strip("_")
    return name.lower() if name.isascii() and name.isupper() else name or "segment"


def _ordered(profile: ColumnProfile) -> tuple[str, ...]:
    """Return the groups in their order if numbers order them and none is rare, else nothing."""
    firsts = {value: re.search(r"\d+(?:\.\d+)?", value) for value, _ in profile.values}
    rare = any(count < 10 for _, count in profile.values)
    if rare or not 3 <= len(firsts) <= 12 or not all(firsts.values()):
        return ()
    below = re.compile(r"^(<|under|less|below|up to)", re.IGNORECASE)
    above = re.compile(r"^(>|over|greater|above|more)|\+$|<=$", re.IGNORECASE)

    def key(value: str) -> tuple[float, int]:
        first = firsts[value]
        number = float(first[0]) if first else 0.0
        return number, -1 if below.search(value) else 1 if above.search(value) else 0

    return tuple(sorted(firsts, key=key))


def share(part: float) -> str:
    """Write a share as a percentage that says 0 or 100 only where it is exactly so."""
    text = f"{part:.1%}"
    if text == "100.0%":
        return "100%" if part >= 1 else "almost 100%"
    return "0%" if part <= 0 else "under 0.1%" if text == "0.0%" else text
