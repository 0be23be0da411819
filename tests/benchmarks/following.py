"""Customers' pages in a process of their own, so that they cost the application nothing: as browsers elsewhere would.

python -m tests.benchmarks.following URL PAGES

Says "ready" when every page has its live line, which then brings every change, until this process is ended.
"""

import asyncio
import sys
from urllib.parse import urlsplit


async def follow(host: str, port: int, path: str, ready: asyncio.Semaphore) -> None:
    """Keep one live line and read what it brings."""
    line, asking = await asyncio.open_connection(host, port, limit=1_000_000)
    asking.write(f"GET {path}/live HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    while text := await line.readline():
        if text.startswith(b"event: version"):
            ready.release()


async def follow_all(url: str, pages: int) -> None:
    """Open every page, say so, and follow."""
    target, ready = urlsplit(url), asyncio.Semaphore(0)
    assert target.hostname and target.port
    readers = [asyncio.create_task(follow(target.hostname, target.port, target.path, ready)) for _ in range(pages)]
    for _ in range(pages):
        await ready.acquire()
    print("ready", flush=True)
    await asyncio.gather(*readers)


if __name__ == "__main__":
    asyncio.run(follow_all(sys.argv[1], int(sys.argv[2])))
