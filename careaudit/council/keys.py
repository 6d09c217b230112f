"""Ed25519 keys as PEM files: `NAME.key` (private, PKCS #8, 0600) and `NAME.pub` (public, SPKI).

What a private key holds goes nowhere but into its own file: no message, repr or record shows it.
Keys have no passphrase in this version; who may read the file may sign.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.signer import CryptoSigner as Signer  # type: ignore[attr-defined]
from securesystemslib.signer import SSlibKey as PublicKey  # type: ignore[attr-defined]

from careaudit.documents import read_bytes
from careaudit.errors import CouncilError

__all__ = ["PublicKey", "Signer", "generate", "private_key", "public_key"]

MAX_KEY = 10_000
"""An ed25519 key in PEM has some hundred bytes."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MAKE = "`careaudit council key NAME` makes a pair."


def generate(name: str, folder: Path) -> tuple[Path, Path]:
    """Write a new key pair into a folder and return the private and the public path.

    CouncilError where a file of either name is there already: a key is never overwritten.
    """
    if not _NAME.fullmatch(name):
        raise CouncilError(
            f"{name!r:.80} cannot name a key.",
            where="NAME",
            hint="Use letters, digits, dots, dashes and underscores: chair-2026.",
        )
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    open_ = key.public_key().public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo)
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content, mode in ((public, open_, 0o644), (private, secret, 0o600)):
            # for its reader alone from the first byte on, and never through a link
            place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            made.append(path)
            with os.fdopen(place, "wb") as file:
                file.write(content)
    except OSError as fault:
        for path in made:
            path.unlink()
        if isinstance(fault, FileExistsError):
            raise _there_already(Path(str(fault.filename))) from None
        raise CouncilError(
            f"cannot be written: {fault.strerror or fault}.", where=str(fault.filename or folder)
        ) from None
    return private, public


def _there_already(path: Path) -> CouncilError:
    return CouncilError(
        "is there already, and a key is never overwritten.",
        where=str(path),
        hint="Choose another name.",
    )


def private_key(path: Path) -> Signer:
    """Read a private key to sign with; CouncilError where others may read it, or it is none."""
    raw = read_bytes(path, limit=MAX_KEY, error=CouncilError, hint=_MAKE)
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CouncilError(
            "is a private key that others may read.",
            where=str(path),
            hint=f"Run: chmod 600 {path}, and make a new key if others may have read it.",
        )
    try:
        key = pem.load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise CouncilError(
            "is no ed25519 private key without passphrase.", where=str(path), hint=_MAKE
        )
    return Signer(key)


def public_key(path: Path) -> PublicKey:
    """Read a public key, with the id that securesystemslib gives it; CouncilError if it is none."""
    raw = read_bytes(path, limit=MAX_KEY, error=CouncilError, hint=_MAKE)
    try:
        key = pem.load_pem_public_key(raw)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise CouncilError(
            "is no ed25519 public key.",
            where=str(path),
            hint=f"A charter names the .pub file, never the .key file. {_MAKE}",
        )
    return PublicKey.from_crypto(key)
