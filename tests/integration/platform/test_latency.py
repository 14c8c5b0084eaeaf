"""Answers leave at once: no segment waits for a client's delayed acknowledgement (40 ms on Linux)."""

from __future__ import annotations

import asyncio
import socket

from bedside.api import listening_socket
from bedside.platform.config.core import ServerSettings


async def test_an_accepted_connection_sends_without_delay() -> None:
    """As uvicorn serves: asyncio, on the socket that the API binds."""
    accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        accepted.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listener = listening_socket(ServerSettings(port=0))
    async with await asyncio.start_server(serve, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname())
        assert await accepted == 1
        writer.close()
