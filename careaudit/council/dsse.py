"""in-toto statements in DSSE envelopes: signed and verified by securesystemslib.

An envelope is {"payload": base64, "payloadType": ..., "signatures": [{"keyid", "sig": base64}]}.
What is signed is DSSE's pre-authentication encoding of type and payload.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import Error as SignatureError

from careaudit.canonical import canonical
from careaudit.council.keys import PublicKey, Signer
from careaudit.documents import json_tree, text_of
from careaudit.errors import CouncilError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"


def signed(statement: dict[str, Any], signers: Sequence[Signer]) -> dict[str, Any]:
    """Return a statement in an envelope that every signer has signed."""
    envelope = Envelope(canonical(statement), PAYLOAD_TYPE, {})
    for signer in signers:
        envelope.sign(signer)
    made: dict[str, Any] = envelope.to_dict()
    return made


def opened(
    envelope: Any, keys: Sequence[PublicKey], threshold: int, *, where: str
) -> tuple[dict[str, Any], bytes]:
    """Return the statement in an envelope, and its bytes, once enough of the keys have signed it.

    CouncilError where it is damaged, or fewer than `threshold` different keys verify it.
    """
    try:
        # securesystemslib writes into what it reads
        parsed = Envelope.from_dict(copy.deepcopy(envelope))
        parsed.verify(list(keys), threshold)
    except SignatureError:
        raise CouncilError(
            f"fewer than {threshold} of the charter's {len(keys)} keys have signed what stands "
            "here.",
            where=where,
        ) from None
    except (KeyError, ValueError, TypeError, AttributeError):
        raise CouncilError("is no signed envelope.", where=where) from None
    if parsed.payload_type != PAYLOAD_TYPE:
        raise CouncilError(f"the envelope does not hold {PAYLOAD_TYPE}.", where=where)
    raw: bytes = parsed.payload
    tree = json_tree(text_of(raw, where=where, error=CouncilError), where=where, error=CouncilError)
    if not isinstance(tree, dict) or tree.get("_type") != STATEMENT:
        raise CouncilError("what is signed is no in-toto statement.", where=where)
    return tree, raw
