"""Files from outside are read within bounds, and files are written as wholes."""

import json

import pytest

from careaudit.documents import MAX_DEPTH, json_tree, load_toml, read_bytes, write_files
from careaudit.errors import OutputError, RecordError

HINT = "Try another."


def says(fault):
    return f"{fault.value}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ('{"a": NaN}', "NaN is not a number"),
        ('{"a": Infinity}', "Infinity is not a number"),
        ('{"a": 1, "a": 2}', 'the key "a" stands twice'),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "nests too deeply"),
        ("[" * 200_000 + "]" * 200_000, "not valid JSON|nests too deeply"),
    ],
)
def test_hostile_json_is_refused(text, said):
    with pytest.raises(RecordError, match=said):
        json_tree(text, where="x.json", error=RecordError)


def test_json_of_the_allowed_depth_is_read():
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert json_tree(text, where="x", error=RecordError) == json.loads(text)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"a = ", "not valid TOML"),
        (b'a = "' + b"x" * 999_000, "not valid TOML"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x = " + b"[" * 100 + b"]" * 100, "nests too deeply"),
        (b"x = " + b"[" * 100_000 + b"]" * 100_000, "not valid TOML|nests too deeply"),
        (b"#" * 1_000_001, "more than 1,000,000 bytes"),
        (b"a." * 100_000 + b"a = 1", "nests too deeply"),
        (b"[" + b'"a" . ' * 100_000 + b"a]", "nests too deeply"),
    ],
)
def test_hostile_toml_is_refused(tmp_path, raw, said):
    file = tmp_path / "x.toml"
    file.write_bytes(raw)
    with pytest.raises(RecordError, match=said):
        load_toml(file, error=RecordError)


def test_a_byte_order_mark_is_no_fault(tmp_path):
    file = tmp_path / "x.toml"
    file.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert load_toml(file, error=RecordError) == {"a": 1}


@pytest.mark.parametrize("name", ["missing.json", "folder"])
def test_what_cannot_be_read_says_where(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(RecordError) as fault:
        read_bytes(tmp_path / name, limit=10, error=RecordError, hint=HINT)
    assert name in says(fault)
    assert HINT in says(fault)


def test_a_set_of_files_is_written_whole_or_not_at_all(tmp_path):
    (tmp_path / "b").mkdir()  # a folder stands where the second file should go
    with pytest.raises(OutputError):
        write_files({tmp_path / "sub" / "a": b"1", tmp_path / "b": b"2"}, hint=HINT)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file() and p.name.startswith(".")] == []
