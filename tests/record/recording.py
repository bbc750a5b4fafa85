"""A recorder in a thread, for tests that talk to it as any client does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from stampcard.core.clock import wall_now
from stampcard.core.contract import load
from stampcard.record.forwarding import Forwarder, Upstream
from stampcard.record.har import HarWriter
from stampcard.record.masking import Masker
from stampcard.record.recorder import Recorder
from stampcard.record.serving import serving


@dataclass(slots=True)
class Recording:
    """`said` is what the command would print."""

    path: Path
    url: str = ""
    said: list[str] = field(default_factory=list)


@contextmanager
def recording(vendor: str, upstream: str, folder: Path, timeout: float = 30.0) -> Iterator[Recording]:
    """Record until the block ends; the file is complete then."""
    found, ready, loop, stop = (
        Recording(folder / "out.har"),
        threading.Event(),
        asyncio.new_event_loop(),
        asyncio.Event(),
    )
    har = HarWriter(found.path, vendor)
    recorder = Recorder(load(vendor), Masker("k"), har, found.said.append)

    async def run() -> None:
        forwarder = Forwarder(Upstream(upstream, timeout), recorder.note, wall_now, lambda: found.url[len("http://") :])
        async with serving(forwarder, 0) as port:
            found.url = f"http://127.0.0.1:{port}"
            ready.set()
            await stop.wait()
        await forwarder.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
        har.close()
