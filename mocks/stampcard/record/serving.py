"""The recorder's own server: one port on this machine and no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: Any, port: int) -> AsyncIterator[int]:
    """Serve while the block runs; gives the port. Raises OSError when it is taken."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        http="httptools",
        ws="none",
        lifespan="off",
        log_level="critical",  # An answer that broke off is told by the recorder; uvicorn would add a traceback.
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    serve = asyncio.create_task(_until_stopped(server, port))
    try:
        while not server.started and not serve.done():
            await asyncio.sleep(0.001)
        if serve.done():
            await serve
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await asyncio.wait([serve])


async def _until_stopped(server: uvicorn.Server, port: int) -> None:
    """uvicorn ends the process when it cannot listen; here that is an error like any other."""
    try:
        await server.serve()
    except SystemExit:
        raise OSError(f"cannot listen on 127.0.0.1:{port}") from None
