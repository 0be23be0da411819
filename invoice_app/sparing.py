"""What was loaded at the start stays for good: full collections of garbage need not walk through it each time."""

import contextlib
import gc
from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def spare_what_was_loaded() -> AsyncIterator[None]:
    """Register it as the last lifespan task of a web worker: walking through all of it stops everything for 100 ms and more."""
    gc.collect()
    gc.freeze()
    yield
