"""The whole way: packet, decision, signatures, verification; and each way in which it breaks."""

from __future__ import annotations


def test_open_decide_verify(house):
    opened = house.open()
    assert opened.exit_code == 0, opened.output
    house.fill()
    decided = house.decide()
    assert decided.exit_code == 0, decided.output
    done = house.verify()
    assert done.exit_code == 0, done.output
    assert "FAILED" not in done.stdout
    assert "The council's record holds." in done.stdout
