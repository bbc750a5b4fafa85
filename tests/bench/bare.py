"""The yardstick: uvicorn, Starlette and orjson, and nothing done with a request but reading and answering it."""

from __future__ import annotations

import socket

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ANSWER = {
    "id": "pub_0123456789abcdef01234567",
    "object": "publication",
    "created_at": "2026-01-15T09:00:00.000Z",
    "customer_id": "cust_0123456789abcdef01234567",
    "voucher": {"code": "AbCdEf12", "campaign": "Bench", "type": "DISCOUNT_VOUCHER", "active": True},
    "result": "SUCCESS",
}


async def echo(request: Request) -> Response:
    orjson.loads(await request.body())
    return Response(orjson.dumps(ANSWER), media_type="application/json")


async def health(request: Request) -> Response:
    return Response(orjson.dumps({"status": "ok"}), media_type="application/json")


PATHS = ("/v1/publications", "/users/track", "/api2/mobile/users")
app = Starlette(routes=[Route("/health", health), *(Route(path, echo, methods=["POST"]) for path in PATHS)])


def main() -> None:
    """Serve on a free port, and print it."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as opened:
        print(opened.getsockname()[1], flush=True)
        config = uvicorn.Config(app, http="httptools", loop="uvloop", log_level="warning", access_log=False)
        uvicorn.Server(config).run([opened])


if __name__ == "__main__":
    main()
