"""Python's search for garbage, which a chunk of an import puts off.

A chunk makes about a hundred thousand objects that all live until its end. Python would look through them, and through
all of Django, time and again: a tenth of what an import takes. They are no garbage later either, because a chunk lets
go of what refers to each other (`KnownPeople.let_go`). What did not is found by a search of everything, which takes as
long as some hundred rows.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

CHUNKS_BETWEEN = 50

_chunks = count(1)
"""Of this process."""


@contextmanager
def rarely_searched() -> Iterator[None]:
    """Look for nothing until the end of the chunk, and then not at what it has made."""
    was_enabled = gc.isenabled()
    if next(_chunks) % CHUNKS_BETWEEN == 0:
        gc.collect()
    gc.disable()
    try:
        yield
    finally:
        # Moves what is new behind what is old without a look at it.
        gc.freeze()
        gc.unfreeze()
        if was_enabled:
            gc.enable()
