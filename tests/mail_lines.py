"""Texts of mails with lines of every kind, and what a server must end up with."""

from __future__ import annotations

from hypothesis import strategies as st

LINES = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from([b"", b".", b"..", b".x", b"DATA", b".\t", b"From x", b"QUIT"]),
            st.binary(max_size=60).map(lambda raw: raw.replace(b"\r", b"").replace(b"\n", b"")),
        ),
        st.sampled_from([b"\r\n", b"\n", b"\r"]),
    ),
    max_size=12,
).map(lambda lines: b"".join(text + end for text, end in lines))
"""Bodies with lines of every kind and every line end, also mixed."""
BODIES = st.one_of(LINES, LINES.map(lambda body: body[:-1]))


def as_received(raw: bytes) -> bytes:
    """What a server must end up with: the same lines, each ended by CRLF."""
    return b"".join(line + b"\r\n" for line in raw.splitlines() or [b""])
