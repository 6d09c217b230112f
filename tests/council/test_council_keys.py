"""Keys are written for one reader, never overwritten, and never told."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from careaudit.cli import main
from careaudit.council import keys
from careaudit.errors import CouncilError

PKCS8, PEM = pem.PrivateFormat.PKCS8, pem.Encoding.PEM


@pytest.fixture
def pair(tmp_path):
    return keys.generate("chair", tmp_path)


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_a_private_key_is_for_its_owner_alone(tmp_path, mask):
    before = os.umask(mask)
    try:
        private, public = keys.generate("chair", tmp_path)
    finally:
        os.umask(before)
    assert mode(private) == 0o600
    assert b"PRIVATE" in private.read_bytes()
    assert b"PRIVATE" not in public.read_bytes()


def test_the_two_belong_together(pair):
    private, public = pair
    assert keys.private_key(private).public_key == keys.public_key(public)


@pytest.mark.parametrize("there", ["chair.key", "chair.pub"])
def test_a_key_is_never_overwritten(tmp_path, there):
    (tmp_path / there).write_bytes(b"mine")
    done = CliRunner().invoke(main, ["council", "key", "chair", "-o", str(tmp_path)])
    assert done.exit_code == 3
    assert "never overwritten" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == [there]  # and no half of a pair
    assert (tmp_path / there).read_bytes() == b"mine"


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "chair.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CouncilError, match="never overwritten"):
        keys.generate("chair", tmp_path)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["", "../chair", "a/b", ".hidden", "a" * 65, "x\0y", "-x\n"])
def test_a_name_is_a_name(tmp_path, name):
    with pytest.raises(CouncilError, match="cannot name a key"):
        keys.generate(name, tmp_path / "keys")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_key_that_others_may_read_is_refused(pair, bits):
    pair[0].chmod(bits)
    with pytest.raises(CouncilError) as fault:
        keys.private_key(pair[0])
    assert "chmod 600" in str(fault.value)
    assert secret(pair[0]) not in str(fault.value)


def secret(path) -> str:
    return path.read_text().splitlines()[1]


def strange() -> dict[str, bytes]:
    """Files that are no ed25519 private key without passphrase."""
    edwards = ed25519.Ed25519PrivateKey.generate()
    plain = edwards.private_bytes(PEM, PKCS8, pem.NoEncryption())
    return {
        "curve": ec.generate_private_key(ec.SECP256R1()).private_bytes(
            PEM, PKCS8, pem.NoEncryption()
        ),
        "locked": edwards.private_bytes(PEM, PKCS8, pem.BestAvailableEncryption(b"pw")),
        "cut": plain[:-40],
        "public": edwards.public_key().public_bytes(PEM, pem.PublicFormat.SubjectPublicKeyInfo),
        "empty": b"",
        "junk": b"\x00\xff" * 100,
        "large": plain + b"#" * 20_000,
    }


@pytest.mark.parametrize("kind", strange())
def test_what_is_no_private_key_is_refused_without_being_told(tmp_path, kind):
    raw = strange()[kind]
    path = tmp_path / "some.key"
    path.write_bytes(raw)
    path.chmod(0o600)
    with pytest.raises(CouncilError) as fault:
        keys.private_key(path)
    told = str(fault.value)
    assert not any(line and line in told for line in raw.decode("latin-1").splitlines()[1:2])


def test_a_private_key_is_no_public_key(pair):
    with pytest.raises(CouncilError, match="no ed25519 public key") as fault:
        keys.public_key(pair[0])
    assert secret(pair[0]) not in str(fault.value)


@pytest.mark.parametrize("args", [["--help"], ["decide", "--help"], ["verify", "--help"]])
def test_help_loads_no_cryptography(args):
    code = (
        "import sys\nfrom careaudit.cli import main\n"
        f"try: main(['council', *{args!r}])\nexcept SystemExit: pass\n"
        "sys.exit(bool({'cryptography', 'securesystemslib', 'pydantic'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_key_does_not_show_itself(pair):
    signer = keys.private_key(pair[0])
    assert secret(pair[0])[20:] not in repr(signer) + str(signer) + repr(vars(signer))
