"""Glances at a link's invoice, shared: fifty open pages that ask in the same moment are answered by one or two reads."""

import asyncio
from weakref import WeakValueDictionary

from invoice_app.services.showing_shared import SharedGlance, glance_at_shared

_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
_next: dict[str, asyncio.Task[SharedGlance]] = {}


async def glance_together(token: str) -> SharedGlance:
    """What `glance_at_shared` says, read after this call began and so no older than it. Raises NotFound."""
    reading = _next.get(token)
    if reading is None:
        turn = _turns.setdefault(token, asyncio.Lock())
        reading = _next[token] = asyncio.create_task(_read_in_turn(token, turn))
    return await asyncio.shield(reading)


async def _read_in_turn(token: str, turn: asyncio.Lock) -> SharedGlance:
    async with turn:
        # Whoever comes from here on might miss what is written while this one reads, and gets the next.
        del _next[token]
        return await asyncio.to_thread(glance_at_shared, token)
