"""The public names, on one list."""

import stampcard


def test_the_public_names_are_these() -> None:
    assert sorted(stampcard.__all__) == [
        "Emulator",
        "ExpectationFailed",
        "SetupError",
        "StampcardError",
        "World",
        "WorldClient",
        "connect",
        "in_process",
    ]


def test_every_public_name_is_there_and_has_a_docstring() -> None:
    for name in stampcard.__all__:
        assert getattr(stampcard, name).__doc__, name


def test_other_names_are_refused() -> None:
    assert not hasattr(stampcard, "nothing")
