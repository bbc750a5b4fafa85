"""What the vendors would not take for JSON, we do not take either."""

import json

import pytest

from stampcard.core import codec

REFUSED = {
    "nothing": b"",
    "a word": b"hello",
    "NaN": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "a number beyond a double": b'{"a": 1e400}',
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "invalid UTF-8": b'{"a": "\xff"}',
    "a lone surrogate": b'{"a": "\\ud800"}',
    "a lone low surrogate": b'{"a": "\\udc00x"}',
    "a trailing comma": b'{"a": 1,}',
    "single quotes": b"{'a': 1}",
    "two values": b"{}{}",
    "an open string": b'{"a": "',
    "a control character": b'{"a": "\n"}',
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
def test_is_refused(raw: bytes) -> None:
    with pytest.raises(codec.BadJson):
        codec.decode(raw)


@pytest.mark.parametrize("number", [2**63, 2**64, 2**70, -(2**90)])
def test_large_integers_stay_exact(number: int) -> None:
    decoded = codec.decode(b'{"a": %d}' % number)["a"]
    assert (decoded, type(decoded)) == (number, int)
    assert codec.decode(codec.encode({"a": number})) == {"a": number}


def test_pairs_of_surrogates_are_one_character() -> None:
    assert codec.decode(b'"\\ud83d\\ude00"') == "😀"


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_ends_at_the_limit(opening: bytes, closing: bytes) -> None:
    def nested(depth: int) -> bytes:
        return opening * depth + b"1" + closing * depth

    codec.decode(nested(codec.MAX_DEPTH))
    for depth in (codec.MAX_DEPTH + 1, 10_000, 1_000_000):
        with pytest.raises(codec.BadJson, match="deep|depth"):
            codec.decode(nested(depth))


def test_an_array_that_never_closes_is_refused() -> None:
    with pytest.raises(codec.BadJson):
        codec.decode(b"[" * 1_000_000)


@pytest.mark.parametrize("text", ["[" * 300, '\\"' + "{" * 300, "]" * 300, "\\\\"])
def test_brackets_in_strings_are_not_nesting(text: str) -> None:
    value = [{"note": text}] * 120
    assert codec.decode(json.dumps(value).encode()) == value


def test_many_shallow_objects_are_fine() -> None:
    assert len(codec.decode(b"[" + b",".join([b'{"a":[{}]}'] * 5000) + b"]")) == 5000
