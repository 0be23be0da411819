import asyncio
import gc

from invoice_app.sparing import spare_what_was_loaded


def test_full_collections_leave_out_what_was_loaded_before_and_still_find_garbage() -> None:
    class Kept:
        def __init__(self) -> None:
            self.itself = self

    async def live() -> None:
        loaded = Kept()
        async with spare_what_was_loaded():
            assert gc.get_freeze_count() > 0
            assert loaded not in gc.get_objects()
            made_since = Kept()
            assert made_since in gc.get_objects()
            del made_since
            assert gc.collect() > 0

    try:
        asyncio.run(live())
    finally:
        gc.unfreeze()
