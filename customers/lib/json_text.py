"""JSON of thousands of small values, as the standard library writes it.

`json` makes an encoder anew for each value, which takes as long as writing it: a row of an import has five.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from json.encoder import encode_basestring_ascii
from typing import Any

_refuse = json.JSONEncoder().default


def json_writer(*, sort_keys: bool = False, default: Callable[[Any], Any] = _refuse) -> Callable[[Any], str]:
    """As `json.dumps` with the same options, for values that do not contain themselves."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return json.JSONEncoder(sort_keys=sort_keys, default=default).encode
    write = make(None, default, encode_basestring_ascii, None, ": ", ", ", sort_keys, False, True)  # noqa: FBT003 - no names there
    return lambda value: "".join(write(value, 0))
