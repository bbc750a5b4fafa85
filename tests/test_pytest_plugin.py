"""The plugin as a project that installs stampcard gets it."""

from __future__ import annotations

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
