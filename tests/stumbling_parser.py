"""A parser module that does to its process whatever the file tells it to."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from typing import Any


def parse(data: bytes, secrets: object) -> bytes:
    if data == b"nonsense":
        return b"{"
    return json.dumps(_obeyed(data)).encode()


def _obeyed(data: bytes) -> Any:
    match data:
        case b"abort":
            os.abort()
        case b"segfault":
            ctypes.string_at(0)
        case b"sleep":
            time.sleep(600)
        case b"eat":
            bytearray(8 << 30)
        case b"exit":
            sys.exit(3)
        case b"raise":
            raise LookupError("our own fault")
        case b"panic":
            raise BaseException("panic of a native library")
        case b"print":
            print("talkative library")
            os.write(1, b"talkative C library\n")
        case b"odd":
            return {"not": {"for", "JSON"}}
        case b"surrogate":
            return "\ud83d"
        case b"memory":
            import resource

            return resource.getrlimit(resource.RLIMIT_AS)[0]
    return {"pid": os.getpid(), "size": len(data)}


def decode(packed: bytes) -> Any:
    return json.loads(packed)
