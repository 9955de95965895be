"""Bodies of requests that are read no further than a limit, whatever their headers say."""

from starlette.types import Message, Receive


class TooLarge(Exception):
    """A body went on for too long."""


def bounded(receive: Receive, limit: int) -> Receive:
    """Return what receives a request; it raises TooLarge after `limit` bytes of the body."""
    seen = 0

    async def receiver() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge
        return message

    return receiver
