"""What was loaded at the start stays for good: full collections of garbage need not walk through it each time."""

import contextlib
import gc
from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def spare_what_was_loaded() -> AsyncIterator[None]:
    """Register it as the last lifespan task of a web worker. A full collection stopped everything for 130 ms before."""
    gc.collect()
    gc.freeze()
    yield
