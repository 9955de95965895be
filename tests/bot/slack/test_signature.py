"""Only what Slack signed lately gets in; the example is the one Slack's own documentation computes."""

import hashlib
import hmac

import pytest

from bot.slack.signature import valid

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_531_420_618
BODY = b"payload=%7B%7D"


def sign(body: bytes = BODY, at: str = str(NOW), secret: str = SECRET) -> str:
    return (
        "v0=" + hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    )


@pytest.mark.parametrize("secrets", [(SECRET,), ("new", SECRET), (SECRET, "new")])
@pytest.mark.parametrize("late", [-300, 0, 300])
def test_signed_requests_enter(secrets: tuple[str, ...], late: int) -> None:
    assert valid(secrets, BODY, [str(NOW)], [sign()], NOW + late)


@pytest.mark.parametrize(
    ("times", "signatures", "body", "now"),
    [
        ([], [sign()], BODY, NOW),
        ([str(NOW)], [], BODY, NOW),
        ([str(NOW)] * 2, [sign()], BODY, NOW),
        ([str(NOW)], [sign()] * 2, BODY, NOW),
        ([str(NOW)], [sign()], BODY + b"x", NOW),
        ([str(NOW)], [sign(secret="other")], BODY, NOW),
        ([str(NOW)], [sign().upper()], BODY, NOW),
        ([str(NOW)], ["v0=é"], BODY, NOW),
        (["soon"], [sign(at="soon")], BODY, NOW),
        (["9" * 400], [sign(at="9" * 400)], BODY, NOW),
        ([f"{NOW}\n"], [sign()], BODY, NOW),
        ([str(NOW)], [sign()], BODY, NOW + 301),
        ([str(NOW)], [sign()], BODY, NOW - 301),
    ],
)
def test_anything_else_stays_out(
    times: list[str], signatures: list[str], body: bytes, now: int
) -> None:
    assert not valid((SECRET,), body, times, signatures, now)


def test_no_secret_admits_nobody() -> None:
    assert not valid((), BODY, [str(NOW)], [sign()], NOW)
    assert not valid(("",), BODY, [str(NOW)], [sign(secret="")], NOW)
