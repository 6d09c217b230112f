"""Take a decision, or note a condition met: checked, signed, and added to the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from careaudit.canonical import canonical, sha256
from careaudit.council import decision as forms
from careaudit.council import statements
from careaudit.council.charters import Council
from careaudit.council.decision import Decision
from careaudit.council.dsse import signed
from careaudit.council.files import fingerprint, read_evidence
from careaudit.council.keys import Signer
from careaudit.council.ledger import RESTORE, Entry, Ledger, append
from careaudit.council.rules import faults
from careaudit.documents import write_files
from careaudit.errors import CouncilError
from careaudit.plan.toml_text import plain
from careaudit.record import AuditRecord

STATEMENTS = ("equity-audit", "test-result", "council-decision")
"""The envelopes of a decision, by the names of their files: `equity-audit.dsse.json` and so on."""


@dataclass(frozen=True)
class Held:
    """A decision as its ledger line holds it, with its signed statements."""

    entry: Entry
    decision: Decision
    envelopes: dict[str, Any]


def decide(form_path: Path, ledger: Path, council: Council, signers: Sequence[Signer]) -> Held:
    """Take the decision of a filled form: check it, sign it, append it to the ledger.

    The evidence lies beside the form, as `careaudit council open` put it there. CouncilError names
    every fault; nothing is written unless there is none.
    """
    form = forms.load(form_path)
    _check_signers(signers, council)
    for piece in form.evidence:
        found = fingerprint(form_path.parent / piece.name).sha256
        if found != piece.sha256:
            raise CouncilError(
                f"is not the {piece.name} that the form names: its SHA-256 is {found[:12]}, not "
                f"{piece.sha256[:12]}.",
                where=str(form_path.parent / piece.name),
                hint="Open a new packet with `careaudit council open`.",
            )
    beside = form_path.parent
    record, _ = read_evidence(beside / forms.AUDIT, beside / forms.POLICY, beside / "report.pdf")
    audited = statements.audited(record)
    decision = forms.decided(form, council.charter, audited)
    wrong = [*_model_faults(decision, record), *faults(decision, council.charter, audited)]
    if wrong:
        raise CouncilError(
            "the decision cannot be taken:\n" + "\n".join(f"  - {fault}" for fault in wrong),
            where=str(form_path),
            hint="Change the form; nothing was recorded.",
        )

    def write(present: Ledger) -> Entry:
        _check_place(decision, present, str(ledger))
        return present.next("decision", body(decision, record, present, signers))

    return held(append(ledger, write))


def body(
    decision: Decision, record: AuditRecord, ledger: Ledger, signers: Sequence[Signer]
) -> dict[str, Any]:
    """Return the ledger entry of a decision: all of it, and its three signed statements."""
    audit = statements.equity_audit(record, decision)
    made = {
        "equity-audit": audit,
        "test-result": statements.test_result(record, decision),
        "council-decision": statements.council_decision(decision, sha256(canonical(audit)), ledger),
    }
    return {
        "decision": statements.as_json(decision),
        "statements": {name: signed(made[name], signers) for name in STATEMENTS},
    }


def write_statements(one: Held, folder: Path) -> list[Path]:
    """Write the signed statements of a decision into a folder, each a DSSE envelope in JSON."""
    return write_files(
        {
            folder / f"{name}.dsse.json": canonical(envelope) + b"\n"
            for name, envelope in one.envelopes.items()
        },
        hint="The decision is in the ledger; name a folder that you may write with -o.",
    )


def held(entry: Entry) -> Held:
    """Return the decision of a ledger entry; CouncilError where it does not read as one."""
    where = f"ledger, line {entry.seq}"
    tree, envelopes = entry.body.get("decision"), entry.body.get("statements")
    whole = set(entry.body) == {"decision", "statements"}
    if not (whole and isinstance(tree, dict) and isinstance(envelopes, dict)):
        raise CouncilError("is no decision.", where=where, hint=RESTORE)
    if not set(envelopes) <= set(STATEMENTS):
        raise CouncilError("holds a statement that is not its own.", where=where, hint=RESTORE)
    return Held(entry, forms.parsed(Decision, tree, where=where), envelopes)


def decisions(ledger: Ledger) -> list[Held]:
    """Return the decisions of a ledger in order."""
    return [held(entry) for entry in ledger.entries if entry.kind == "decision"]


@dataclass(frozen=True)
class Said:
    """What is said of a condition that was met: which, on what evidence, by whom, on what day."""

    record_id: str
    condition_id: str
    evidence: str
    by: str
    on: date

    def tree(self) -> dict[str, Any]:
        """Return it as the ledger holds it."""
        return asdict(self) | {"on": self.on.isoformat()}


def meet(ledger: Path, council: Council, signers: Sequence[Signer], said: Said) -> Entry:
    """Note that a condition was met, with its evidence, and sign it; CouncilError if it cannot."""
    _check_signers(signers, council)
    if not said.evidence.strip() or not said.by.strip():
        raise CouncilError("who says so, and on what evidence, must be said.", where="condition")

    def write(present: Ledger) -> Entry:
        decision = _decision(present, said.record_id, str(ledger))
        known = {condition.id for condition in decision.conditions}
        if said.condition_id not in known:
            raise CouncilError(
                f'{said.record_id} has no condition "{said.condition_id:.40}".',
                where=str(ledger),
                hint=f"It has: {', '.join(sorted(known)) or 'none'}.",
            )
        if said.on < decision.decided_on:
            raise CouncilError(
                f"{said.on} is before the decision ({decision.decided_on}).", where=str(ledger)
            )
        statement = statements.condition_met(decision, said.tree(), present)
        return present.next("condition", said.tree() | {"statement": signed(statement, signers)})

    return append(ledger, write)


def _decision(ledger: Ledger, record_id: str, where: str) -> Decision:
    known = {one.decision.record_id: one.decision for one in decisions(ledger)}
    if record_id not in known:
        raise CouncilError(
            f'the ledger has no decision "{record_id:.40}".',
            where=where,
            hint=f"It has: {', '.join(known) or 'none'}.",
        )
    return known[record_id]


def _check_signers(signers: Sequence[Signer], council: Council) -> None:
    known = {key.keyid for key in council.keys}
    given = {signer.public_key.keyid for signer in signers}
    if strange := given - known:
        raise CouncilError(
            f"the charter does not name the public key of {len(strange)} of the keys given.",
            where="--key",
            hint="Name its .pub file in council.toml, by a change that others review.",
        )
    if len(given) < council.charter.signatures:
        raise CouncilError(
            f"{len(given)} of the {council.charter.signatures} different signatures that the "
            "charter asks for.",
            where="--key",
            hint="Give --key once for each.",
        )


def _model_faults(decision: Decision, record: AuditRecord) -> list[str]:
    said = {
        "model.name": (decision.model.name, record.audit.system),
        "model.version": (decision.model.version, record.audit.release),
    }
    return [
        f'{place}: "{plain(ours)}" is not what was audited, "{plain(theirs)}"'
        for place, (ours, theirs) in said.items()
        if theirs is not None and ours != theirs
    ]


def _check_place(decision: Decision, ledger: Ledger, where: str) -> None:
    """Refuse an id that is taken, and a second opinion that does not name the first."""
    earlier = {one.decision.record_id: one.decision for one in decisions(ledger)}
    if decision.record_id in earlier:
        raise CouncilError(
            f"holds {decision.record_id} already.",
            where=where,
            hint="Give this decision a record_id of its own, and name the earlier one in "
            "supersedes.",
        )
    if decision.supersedes is not None and decision.supersedes not in earlier:
        raise CouncilError(
            f'has no decision "{decision.supersedes}" that could be superseded.',
            where=where,
            hint=f"It has: {', '.join(earlier) or 'none'}.",
        )
    same = [
        record_id
        for record_id, other in earlier.items()
        if other.sha256(forms.AUDIT) == decision.sha256(forms.AUDIT)
    ]
    if same and decision.supersedes != same[-1]:
        raise CouncilError(
            f"holds a decision about this audit: {same[-1]}.",
            where=where,
            hint=f'Say supersedes = "{same[-1]}" if this one takes its place.',
        )
