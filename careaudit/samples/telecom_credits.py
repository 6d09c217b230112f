"""A telecom's credit bot whose fraud score is raised by the words "billing dispute".

Customers of poor ZIP codes say "billing dispute" more often; customers of rich ones describe the
same matter in other words. True fraud and credits owed are equally common everywhere. Nothing
else depends on income, and nothing at all depends on language or age.
`sample_data/telecom_credits/README.md` documents the effects and their measured size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from careaudit.samples.draw import Ints, assign, check_rows, choose, stamps, wide_ids
from careaudit.samples.tables import Table, Tables

ROWS = 24_000
SEED = 20_260_401
START, DAYS = "2026-04-01", 90
FRAUD = 0.03
LEGITIMATE = 0.90  # of the claims that are not fraud
DISPUTE = (0.62, 0.51, 0.41, 0.335, 0.25)  # share that says "billing dispute", quintile 1 to 5
DISPUTE_NO_QUINTILE = 0.42
PERSISTENCE = 0.5  # share of decisions whose wording is the customer's habit
PHRASE_EFFECT = {"7.1.4": 0.253, "7.2.0": 0.283}  # added to the fraud score by the phrase
DENY_AT = 0.50
ESCALATED = 0.05  # the customer asks for a person, whatever the score
APPEAL = (0.055, 0.07, 0.09, 0.115, 0.143)  # of the denied, quintile 1 to 5
QA_SHARE = 0.10

LANGUAGES = {"en": 0.62, "es": 0.22, "zh": 0.09, "other": 0.055, "": 0.015}
AGES = {"18-29": 0.2, "30-44": 0.28, "45-59": 0.25, "60-74": 0.17, "75+": 0.08, "": 0.02}
CHANNELS = {"chat": 0.46, "app": 0.27, "voice": 0.19, "email": 0.08}
OTHER_INTENTS = {"wrong_charge": 0.38, "outage": 0.27, "late_fee": 0.19, "device": 0.16}
MEAN_CREDIT = {
    "billing_dispute": 92.0, "wrong_charge": 88.0, "outage": 35.0, "late_fee": 25.0, "device": 60.0,
}  # fmt: skip
# Three-digit prefixes that the postal service has given to no place: nobody's home is blamed.
PREFIXES = ("002", "003", "213", "269", "343", "419", "517", "568", "642", "732")

TEMPLATES = {
    "billing_dispute": (
        "I have a billing dispute about the {item} on my {month} statement.",
        "This is a billing dispute: my {month} bill shows {item} I never ordered.",
        "Opening a billing dispute for {item}, please credit my account.",
        "Hello, billing dispute again, {item} charged in {month}.",
    ),
    "wrong_charge": (
        "You charged me twice for {item} in {month}.",
        "There is {item} on my {month} statement that should not be there.",
        "My {month} bill is higher than we agreed because of {item}.",
        "Please take {item} off my account, I never ordered it.",
    ),
    "outage": (
        "No service for {n} days in {month}, I would like that refunded.",
        "The connection was down for {n} days, please credit my account.",
    ),
    "late_fee": (
        "A late fee was added in {month} although I paid {n} days before it was due.",
        "Please remove the late fee of {month}, the payment was on time.",
    ),
    "device": (
        "The router you sent has failed {n} times since {month}.",
        "My replacement phone came {n} days late, what can you do?",
    ),
}
ITEMS = ("a premium channel", "roaming", "an equipment fee", "extra data", "a service visit")
MONTHS = ("January", "February", "March", "April", "May")


@dataclass
class _Truth:
    """What the generator knows about each decision, and the log does not say."""

    customer: Ints
    quintile: Ints  # 0 to 4, and -1 where the customer's ZIP is not known
    phrase: NDArray[np.bool_]
    fraud: NDArray[np.bool_]
    owed: NDArray[np.bool_]


def generate(rows: int = ROWS, seed: int = SEED) -> Tables:
    """Return the tables decisions, customers, qa_labels and appeals.

    `rows` is the number of distinct decisions; the log has a few rows more, its duplicates.
    """
    check_rows(rows)
    rng = np.random.Generator(np.random.PCG64(seed))
    customers, quintiles, known = _customers(rng, max(1, round(rows * 0.65)))
    owner = assign(rng, len(quintiles), rows)
    truth = _truth(rng, owner, quintiles)
    log = _log(rng, truth, customers["customer_id"])
    qa, appeals = _labels(rng, truth, log)
    kept = {
        name: [v for v, k in zip(col, known, strict=True) if k] for name, col in customers.items()
    }
    return {"decisions": _dirty(rng, log), "customers": kept, "qa_labels": qa, "appeals": appeals}


def _customers(
    rng: np.random.Generator, count: int
) -> tuple[dict[str, list[str]], Ints, NDArray[np.bool_]]:
    """Return the customers, their quintile (0 to 4, -1 unknown), and who is in the table."""
    true = rng.integers(0, 5, size=count)
    area = rng.integers(0, 40, size=count)
    recorded = rng.random(count) >= 0.015
    quintile = np.where(recorded, true, -1)
    zips = [
        f"{PREFIXES[a % 10]}{10 + (a // 10) * 20 + q * 3:02d}" if r else ""
        for a, q, r in zip(area, true, recorded, strict=True)
    ]
    table = {
        "customer_id": wide_ids(rng, count),
        "zip": zips,
        "zip_income_quintile": [str(q + 1) if q >= 0 else "" for q in quintile],
        "language": choose(rng, LANGUAGES, count),
        "age_band": choose(rng, AGES, count),
    }
    return table, quintile, rng.random(count) >= 0.01


def _truth(rng: np.random.Generator, owner: Ints, quintiles: Ints) -> _Truth:
    """Draw the wording, the fraud and what is owed; only the wording depends on the quintile."""
    rows = len(owner)
    share = np.append(np.array(DISPUTE), DISPUTE_NO_QUINTILE)[quintiles]
    habit = rng.random(len(quintiles)) < share
    afresh = rng.random(rows) < share[owner]
    phrase = np.where(rng.random(rows) < PERSISTENCE, habit[owner], afresh)
    fraud = rng.random(rows) < FRAUD
    owed = ~fraud & (rng.random(rows) < LEGITIMATE)
    return _Truth(owner, quintiles[owner], phrase, fraud, owed)


def _log(rng: np.random.Generator, truth: _Truth, ids: list[str]) -> dict[str, list[str]]:
    """Return the clean log, in the order of time."""
    rows = len(truth.customer)
    seconds = np.sort(rng.integers(0, DAYS * 86_400, size=rows))
    day = seconds // 86_400
    new = (day >= 45) | ((day >= 38) & (rng.random(rows) < 0.10))  # a week of canary release
    model = np.where(new, "7.2.0", "7.1.4")
    effect = np.where(new, PHRASE_EFFECT["7.2.0"], PHRASE_EFFECT["7.1.4"])
    score = 0.252 + 0.12 * rng.standard_normal(rows) + effect * truth.phrase
    score = score + 0.193 * ~truth.owed + 0.10 * truth.fraud
    score = np.clip(np.round(score, 3), 0.001, 0.999)
    # The bot names the intent from the words, and is right 199 times in 200.
    mistaken = rng.random(rows) < 0.005
    other = choose(rng, OTHER_INTENTS, rows)
    subject = ["billing_dispute" if p else o for p, o in zip(truth.phrase, other, strict=True)]
    intent = [
        ("wrong_charge" if s == "billing_dispute" else "billing_dispute") if m else s
        for s, m in zip(subject, mistaken, strict=True)
    ]
    size = np.exp(0.35 * rng.standard_normal(rows) - 0.35**2 / 2)
    wants_person = rng.random(rows) < ESCALATED
    style = rng.random(rows)
    outcome, reason, credit = [], [], []
    for i in range(rows):
        if wants_person[i]:
            outcome.append("handoff" if style[i] < 0.7 else "agent_review")
            reason.append("customer_request")
            credit.append("")
        elif score[i] >= DENY_AT:
            outcome.append("auto_denied" if score[i] >= 0.65 else "denied")
            reason.append("risk_score")
            credit.append("0.00")
        else:
            outcome.append("approved" if style[i] < 0.8 else "credit_granted")
            reason.append("goodwill" if style[i] < 0.5 else "within_policy")
            credit.append(f"{max(5.0, MEAN_CREDIT[subject[i]] * size[i]):.2f}")
    return {
        "decision_id": [f"cr-{i:07d}" for i in range(1, rows + 1)],
        "customer_id": [ids[c] for c in truth.customer],
        "decided_at": stamps(seconds, START),
        "outcome": outcome,
        "credit_usd": credit,
        "fraud_score": [f"{s:.3f}" for s in score],
        "model": [str(m) for m in model],
        "channel": choose(rng, CHANNELS, rows),
        "intent": intent,
        "reason": reason,
        "message": _messages(rng, subject),
    }


def _messages(rng: np.random.Generator, subject: list[str]) -> list[str]:
    """Return one short message a decision, in English (the bot translates before it scores)."""
    draws = rng.random((len(subject), 4))
    texts = []
    for name, (a, b, c, d) in zip(subject, draws, strict=True):
        template = TEMPLATES[name][int(a * len(TEMPLATES[name]))]
        item, month = ITEMS[int(b * len(ITEMS))], MONTHS[int(c * len(MONTHS))]
        texts.append(template.format(item=item, month=month, n=2 + int(d * 5)))
    return texts


def _labels(
    rng: np.random.Generator, truth: _Truth, log: dict[str, list[str]]
) -> tuple[Table, Table]:
    """Return the labels of a random sample, and the appeals, which are anything but random."""
    rows = len(truth.customer)
    day = np.array([t[:10] for t in log["decided_at"]], dtype="datetime64[D]")
    picked = np.sort(rng.permutation(rows)[: round(rows * QA_SHARE)])
    checked = day[picked] + rng.integers(3, 15, size=len(picked))
    qa = {
        "decision_id": [log["decision_id"][i] for i in picked],
        "credit_owed": [str(int(truth.owed[i])) for i in picked],
        "labelled_on": [str(d) for d in checked],
    }
    share = np.append(np.array(APPEAL), 0.09)[truth.quintile]
    denied = np.array([o in {"denied", "auto_denied"} for o in log["outcome"]])
    appealed = np.flatnonzero(denied & (rng.random(rows) < share))
    opened = day[appealed] + rng.integers(0, 15, size=len(appealed))
    closed = opened + rng.integers(2, 30, size=len(appealed))
    luck, person = rng.random(len(appealed)), rng.integers(1, 13, size=len(appealed))
    results = []
    for i, u in zip(appealed, luck, strict=True):
        if u < 0.06:
            results.append("withdrawn")
        elif truth.owed[i]:
            results.append("overturned" if u < 0.66 else "partial" if u < 0.76 else "upheld")
        else:
            results.append("overturned" if u < 0.10 else "upheld")
    appeals = {
        "decision_id": [log["decision_id"][i] for i in appealed],
        "appealed_on": [str(d) for d in opened],
        "closed_on": [str(d) for d in closed],
        "result": results,
        "reviewer": [f"r{p:02d}" for p in person],
    }
    return qa, appeals


def _dirty(rng: np.random.Generator, log: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the log as an export would give it: duplicates, gaps and unreadable values."""
    rows = len(log["outcome"])
    shuffled = [int(i) for i in rng.permutation(rows)]
    take = {
        "copies": rows // 600, "interim": rows // 1200, "empty": rows // 660,
        "date": rows // 2700, "anonymous": rows // 2000,
    }  # fmt: skip
    hit: dict[str, list[int]] = {}
    for name, count in take.items():
        hit[name], shuffled = shuffled[:count], shuffled[count:]
    negative = [i for i in shuffled if float(log["credit_usd"][i] or 0) > 0][: rows // 4800]
    dirty = {name: list(column) for name, column in log.items()}
    for i in hit["empty"]:
        dirty["outcome"][i] = dirty["credit_usd"][i] = ""
    unreadable = ("2026-05-32T08:15:00Z", "yesterday", "0000-00-00T00:00:00Z")
    for k, i in enumerate(hit["date"]):
        dirty["decided_at"][i] = unreadable[k % len(unreadable)]
    for i in hit["anonymous"]:
        dirty["customer_id"][i] = ""
    for i in negative:
        dirty["credit_usd"][i] = f"-{dirty['credit_usd'][i]}"
    again = [(i, {name: column[i] for name, column in dirty.items()}) for i in hit["copies"]]
    for i in hit["interim"]:  # an earlier state of the same decision, while it was under review
        minutes = int(rng.integers(2, 40))
        at = np.datetime64(log["decided_at"][i][:-1], "s") - np.timedelta64(minutes, "m")
        early = {name: column[i] for name, column in dirty.items()}
        start = np.datetime64(f"{START}T00:00:00", "s")
        early |= {"decided_at": f"{max(at, start)}Z", "outcome": "agent_review", "credit_usd": ""}
        again.append((i, early))
    where = dict(again)
    result: dict[str, list[str]] = {name: [] for name in dirty}
    for i in range(rows):
        for name, column in result.items():
            if i in where:
                column.append(where[i][name])
            column.append(dirty[name][i])
    return result
