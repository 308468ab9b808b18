"""What is known of a mail after an attempt to send it: sent, surely not sent, or not to be known."""

from __future__ import annotations

from dataclasses import dataclass

from xlsx_pdca.mailbox.envelope import Envelope


@dataclass(frozen=True)
class Reason:
    """Why a mail was not taken: for one address, or for the mail when `address` is empty."""

    words: str
    """What the server said, or what we found."""
    address: str = ""
    code: int = 0
    """SMTP's reply code; 0 when the server was not asked or did not answer."""

    def __str__(self) -> str:
        said = f"（サーバーの応答：{self.code} {self.words}）" if self.code else f"（{self.words}）"
        return f"{self.address or 'このメール'}：{_meaning(self)}{said}"


@dataclass(frozen=True)
class Offered:
    """The server knows sender and recipients and waits for the mail; nothing is sent yet."""

    envelope: Envelope


@dataclass(frozen=True)
class Sent:
    """The server took the mail."""

    words: str
    """Its answer, often with a number under which it can be found there."""


@dataclass(frozen=True)
class Refused:
    """The mail was surely not sent, to nobody."""

    reasons: tuple[Reason, ...]
    lost: bool = False
    """The connection is gone: nothing more can be sent in this session."""

    @property
    def may_pass_later(self) -> bool:
        """True when the server itself says that another try may succeed, or was not reached."""
        return all(400 <= r.code < 500 or (not r.code and self.lost) for r in self.reasons)

    def __str__(self) -> str:
        return "".join(f"{reason}。" for reason in self.reasons)


@dataclass(frozen=True)
class Uncertain:
    """The mail went out whole and no answer came: it may have been sent, it may not."""

    words: str

    def __str__(self) -> str:
        return (
            f"メールを渡し終えた直後に通信が途切れ、送信されたかどうかが分かりません（{self.words}）。"
            "サーバーの送信記録か、相手の方に御確認ください。"
        )


def _meaning(reason: Reason) -> str:
    """The sense of a reply code, as far as it has one."""
    if not reason.code:
        return "送信していません"
    if reason.code in (530, 534, 535):
        return "サーバーへのログインが必要です"
    if reason.code == 552 and not reason.address:
        return "サーバーの大きさの上限を超えています"
    if reason.code < 500:
        return "サーバーが今は受け付けません。時間をおいて送り直してください"
    if reason.address:
        return "サーバーがこの宛先を受け付けません。アドレスを御確認ください"
    return "サーバーがこのメールを受け付けません"
