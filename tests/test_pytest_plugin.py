"""The plugin as a project that installs stampcard gets it."""

from __future__ import annotations

import json

import pytest

pytest_plugins = ["pytester"]


def test_fixtures_are_there_without_importing_anything(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing_of_stampcard_is_loaded():
            assert "stampcard.emulator" not in sys.modules
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_world_and_live_world_are_fresh_and_apart(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import asyncio, urllib.request

        def test_live(live_world):
            assert live_world.facts["world"] == "w1"
            assert live_world.advance("10m") == []

        def test_live_again(live_world):
            assert live_world.facts["world"] == "w2"

        def test_world(world):
            response = asyncio.run(world.braze.get("/no/such/path"))
            assert response.status_code == 404
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=3)


def test_a_bug_of_ours_fails_the_test_that_met_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import asyncio
        from datetime import timedelta

        def test_world(world):
            async def broken():
                raise ZeroDivisionError("a bug")

            world.inside.clock.after(timedelta(), broken, name="broken")
            asyncio.run(world.inside.clock.settle())
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*stampcard's own fault*", "*ZeroDivisionError: a bug*"])


# strict


TRACK = """
    import asyncio, httpx

    BODY = {"attributes": [{"external_id": "ada"}], "colour": "red"}

    async def track(world, body=BODY):
        key = {"Authorization": f"Bearer {world.braze['api_key']}"}
        await world.braze.post("/users/track", json=body, headers=key)
        return key

    def track_live(live_world):
        braze = live_world["braze"]
        headers = {"Authorization": f"Bearer {braze['api_key']}"}
        assert httpx.post(f"{braze['url']}/users/track", json=BODY, headers=headers, trust_env=False).status_code == 201
"""


def run(pytester: pytest.Pytester, body: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(TRACK + body)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)


def test_a_forbidden_diagnostic_fails_the_test_in_both_fixtures(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    import pytest

    @pytest.mark.parametrize("kind", ["unknown-field", "unknown-*", "warning", "info"])
    def test_inside(world, kind):
        world.strict(kind)
        asyncio.run(track(world))

    def test_live(live_world):
        live_world.strict("unknown-field")
        track_live(live_world)

    def test_a_reset_does_not_hide_it(world):
        async def play():
            world.strict()
            await track(world)
            await world.reset()
        asyncio.run(play())

    def test_nor_a_live_one(live_world):
        live_world.strict()
        track_live(live_world)
        live_world.reset()
    """,
    )
    result.assert_outcomes(passed=7, errors=7)
    line = "outside → braze users_track: unknown-field /colour: the vendor ignores this field (warning)"
    result.stdout.fnmatch_lines(["*world.strict(unknown-field) forbids:", f"*{line}"])


def test_other_diagnostics_and_tests_that_are_not_strict_pass(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    def test_other_kind(world):
        world.strict("repeated-call", "error")
        asyncio.run(track(world))

    def test_not_strict(world):
        asyncio.run(track(world))

    def test_nothing_to_tell(world):
        world.strict()
        asyncio.run(track(world, {"attributes": [{"external_id": "ada"}]}))
    """,
    )
    result.assert_outcomes(passed=3)


# The report of a session


SUITE = """
    import pytest

    @pytest.mark.parametrize("number", range(3))
    def test_inside(world, number):
        asyncio.run(track(world))

    def test_live(live_world):
        track_live(live_world)
        live_world.reset()
        track_live(live_world)
"""
MORE = """
    def test_more(world):
        async def play():
            key = await track(world)
            await world.braze.post("/users/export/ids", json={"external_ids": ["ada"]}, headers=key)
        asyncio.run(play())
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_one_option_reports_all_worlds_of_the_run(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    path = pytester.path / "contract.json"
    result = run(pytester, SUITE, f"--stampcard-report={path}", *workers)
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*= stampcard =*", "1 operations used, 0 errors of use, 0 *", "written to *"])
    use = json.loads(path.read_bytes())["vendors"]["braze"]["operations"]["users_track"]
    assert (use["calls"], use["statuses"], use["undocumented"]) == (5, {"201": 5}, {"/colour": 5})


def test_the_name_says_the_form(pytester: pytest.Pytester) -> None:
    run(pytester, SUITE, "--stampcard-report=a.md").assert_outcomes(passed=4)
    assert (pytester.path / "a.md").read_text(encoding="utf-8").startswith("# What this client relies on")


def test_a_use_that_grew_fails_the_run(pytester: pytest.Pytester) -> None:
    assert run(pytester, SUITE, "--stampcard-report=kept.json").ret == 0
    assert run(pytester, SUITE, "--stampcard-against=kept.json").ret == 0
    grown = run(pytester, SUITE + MORE, "--stampcard-against=kept.json", "-n", "2")
    grown.assert_outcomes(passed=5)
    assert grown.ret == 1
    grown.stdout.fnmatch_lines(["grown since kept.json: braze users_export_ids: a new operation is used"])


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--stampcard-report=a.txt", "a.txt: the name ends with .md, .json, .xml"),
        ("--stampcard-against=nope.json", "nope.json: No such file"),
        ("--stampcard-against=test_broken.py", "not a report of stampcard in JSON"),
    ],
)
def test_what_cannot_be_written_or_compared_stops_the_run_at_once(
    pytester: pytest.Pytester, option: str, said: str
) -> None:
    pytester.makepyfile(test_broken="def test_it(): pass")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{said}*"])


def test_a_worker_that_dies_is_said_to_be_missing_and_fails_the_run(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
    import os

    def test_dies(world):
        asyncio.run(track(world))
        os._exit(3)
    """,
        "--stampcard-report=a.json",
        "-n",
        "1",
    )
    assert result.ret == 1
    result.stdout.fnmatch_lines(["gw* ended without handing over what it saw: it is MISSING"])


def test_a_bug_of_ours_fails_a_live_test_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_live(live_world, stampcard_server):
            inside = stampcard_server.emulator.find_world(live_world.name)
            inside.record_fault("braze", "x", ZeroDivisionError("a bug"), None)
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*stampcard's own fault*", "*ZeroDivisionError: a bug*"])
