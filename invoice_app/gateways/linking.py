"""A link between two processes of this machine: what is published in one is told in the other."""

import asyncio
import contextlib
import socket

from invoice_app.gateways import signals


async def link_signals(channel: socket.socket, *topics: str) -> None:
    """Pass on what is published here, all of it or only `topics`, and tell here what comes, until the other end has gone.

    `channel` is a connected stream; it is closed then, also when cancelled.
    """
    reader, writer = await asyncio.open_connection(sock=channel)
    with signals.hear(*topics, published_here=True) as ear:
        sending = asyncio.create_task(_send(ear, writer))
        try:
            with contextlib.suppress(ConnectionError):
                async for line in reader:
                    signals.tell(line.decode().rstrip("\n"))
        finally:
            sending.cancel()
            writer.transport.abort()
            await asyncio.gather(sending, return_exceptions=True)


async def _send(ear: signals.Ear, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while True:
            writer.writelines(f"{topic}\n".encode() for topic in await ear.wait())
            await writer.drain()
