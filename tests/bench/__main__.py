"""`make bench`: what stampcard costs, each figure beside a bare app's of the same run, and the budget.

Rounds alternate between the two servers and medians are compared, so that a busy machine disturbs both alike.
Absolute figures drift from machine to machine; ratios hold.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
from statistics import median

from stampcard import Emulator
from tests.bench import guests, inside, requests, sending
from tests.bench.servers import ROOT, bare, busy, load, prepare, resident, stampcard, start_up

BULK = "users/track, 75 objects"
OBJECTS = 75
WISH = 100_000
"""Objects of /users/track a second that a server on one core is to take over a socket."""
LOADS = {
    "publication, fresh source_id": ("voucherify", requests.fresh_publications, 3000, ">= 0.60, p99 < 10 ms"),
    "publication, repeated source_id": ("voucherify", requests.repeated_publications, 3000, ""),
    "users/track, 1 object": ("braze", requests.track_one, 3000, ""),
    BULK: ("braze", requests.track_many, 600, ""),
    "signed api2/mobile/users": ("punchh", requests.sign_ups, 3000, ">= 0.40"),
}


def line(what: str, ours: str, bare: str, ratio: str, budget: str = "") -> None:
    print(f"{what:<34} {ours:>22} {bare:>22} {ratio:>7}  {budget}", flush=True)


def starts(rounds: int) -> None:
    ours, theirs = [], []
    start_up(bare)  # compiles what is not yet compiled
    start_up(stampcard)
    for _ in range(rounds):
        theirs.append(start_up(bare))
        ours.append(start_up(stampcard))
    one, other = median(ours), median(theirs)
    line("start to the first 200", f"{1000 * one:.0f} ms", f"{1000 * other:.0f} ms", f"{one / other:.2f}", "<= 2.5")


def loads(rounds: int) -> None:
    with bare() as (port, bare_pid), stampcard() as (facts, pid):
        one, other = resident(pid), resident(bare_pid)
        line("memory, idle", f"{one:.0f} MB", f"{other:.0f} MB", f"{one / other:.2f}", "<= 2")
        prepare(facts)
        for what, (vendor, make, count, budget) in LOADS.items():
            ours: list[dict[str, float]] = []
            theirs: list[dict[str, float]] = []
            served = int(facts[vendor]["url"].rpartition(":")[2])
            load(served, make(facts, 10**7, count // 4))
            for number in range(rounds):
                made = make(facts, number * count, count)
                theirs.append(costed(port, bare_pid, made))
                ours.append(costed(served, pid, made))
            compare(what, ours, theirs, budget)
        line("memory, after that", f"{resident(pid):.0f} MB", f"{resident(bare_pid):.0f} MB", "")


def punchh_guests() -> None:
    """Ten thousand guests, on a server of their own."""
    with stampcard() as (facts, _):
        for step, told in guests.run(facts, 0).items():
            note = f"{int(told['failed'])} FAILED" if told["failed"] else ""
            what = f"{guests.GUESTS:,} Punchh guests {step}"
            line(what, f"{told['rate']:.0f}/s p99 {told['p99']:.1f} ms", "", "", note)


def costed(port: int, pid: int, made: list[bytes]) -> dict[str, float]:
    """A load, and the requests a second of the server's processor time, which others on the machine take none of."""
    before = busy(pid)
    run = load(port, made)
    return {**run, "undisturbed": len(made) / max(0.01, busy(pid) - before)}


def compare(what: str, ours: list[dict[str, float]], theirs: list[dict[str, float]], budget: str) -> None:
    failed = int(sum(run["failed"] for run in (*ours, *theirs)))
    rate, other = (median(run["rate"] for run in runs) for runs in (ours, theirs))
    slow, quick = (median(run["p99"] for run in runs) for runs in (ours, theirs))
    note = f"{budget}   {failed} FAILED" if failed else budget
    line(what, f"{rate:.0f}/s p99 {slow:.1f} ms", f"{other:.0f}/s p99 {quick:.1f} ms", f"{rate / other:.2f}", note)
    if what == BULK:
        ours_in, theirs_in = (f"{OBJECTS * each:,.0f}/s" for each in (rate, other))
        line("users/track, objects a second", ours_in, theirs_in, f"{rate / other:.2f}", f"wish {WISH:,}/s, one core")
        rate, other = (median(run["undisturbed"] for run in runs) for runs in (ours, theirs))
        ours_in, theirs_in = (f"{OBJECTS * each:,.0f}/s" for each in (rate, other))
        line(
            "  of the server's processor time", ours_in, theirs_in, f"{rate / other:.2f}", "as on a machine of its own"
        )


async def in_process(rounds: int) -> None:
    emulator = Emulator()
    publish, echo = inside.publishing(emulator), inside.echoing()
    ours, theirs = [], []
    await inside.cost(publish, 200, 0)
    for number in range(rounds):
        theirs.append(await inside.cost(echo, 1000, 0))
        ours.append(await inside.cost(publish, 1000, 1000 * (number + 1)))
    one, other = median(ours), median(theirs)
    line("in process: a publication", f"{one:.0f} us", f"{other:.0f} us", f"{one / other:.2f}")
    made, reset = await inside.worlds(emulator)
    line("a new world", f"{made:.2f} ms", "", f"{1000 * made / other:.1f}", "in bare calls")
    line("reset of a world", f"{reset:.2f} ms", "", f"{1000 * reset / other:.1f}", "< 1 ms")


def messages() -> None:
    """Braze's message engine: each figure in a process of its own."""
    rate, grown = measured("plain()", "sending")
    line("100,000 mails, 10 personalizations", f"{rate:,.0f}/s", "", "", "wish 5,000/s, one core")
    line("memory they leave behind", f"{grown:.0f} MB", "", "", "the outbox's bound")
    rate, _ = measured("with_voucherify()", "sending")
    line("mails with a call to Voucherify each", f"{rate:,.0f}/s", "", "", "wish 1,500/s, one core")
    [seconds] = measured("canvas()", "sending")
    line("a Canvas, every step, 30 days", f"{1000 * seconds:.0f} ms", "", "", "< 2 s")
    found = sending.meanwhile()
    what = f"p50 {found['median']:.0f} ms p99 {found['p99']:.0f} ms"
    line("users/track while 20,000 mails go out", what, "", "", "wish p99 < 50 ms")
    line(
        "those mails, over the wall clock", f"{found['rate']:,.0f}/s", "", "", f"{found['requests']} requests meanwhile"
    )


def profiles() -> None:
    [megabytes] = measured("profiles()")
    line("100,000 profiles", f"{megabytes:.0f} MB", "", "", "< 200 MB")


def large() -> None:
    """A million profiles with ten attributes, each made by /users/track: minutes."""
    [megabytes] = measured("profiles(1_000_000, inside.ten_attributes)")
    line("1,000,000 profiles, 10 attributes", f"{megabytes:.0f} MB", "", "", "< 2,000 MB")


def codes() -> None:
    """A campaign of a million codes, and publishing from it beside publishing from one of a thousand."""
    seconds, megabytes, large, small = measured("codes()")
    line("1,000,000 codes", f"{seconds:.1f} s, {megabytes:.0f} MB", "", "", "< 20 s, < 700 MB")
    line("publication, 1,000,000 and 1,000", f"{large:.0f} us", f"{small:.0f} us", f"{large / small:.2f}", "the same")


def measured(call: str, module: str = "inside") -> list[float]:
    """What a coroutine of a module here returns, in a process of its own, so that its memory is nobody else's."""
    script = f"import asyncio; from tests.bench import {module}; print(asyncio.run({module}.{call}))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    return [float(part) for part in ran.stdout.strip("()\n").split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--rounds", type=int, default=5, help="rounds per server (default %(default)s)")
    parser.add_argument("--large", action="store_true", help="also a million profiles, which takes minutes")
    asked = parser.parse_args()
    rounds: int = asked.rounds
    line("", "stampcard", "bare", "ratio", "budget")
    starts(rounds)
    loads(rounds)
    punchh_guests()
    asyncio.run(in_process(rounds))
    profiles()
    messages()
    codes()
    if asked.large:
        large()


if __name__ == "__main__":
    main()
