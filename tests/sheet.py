"""A screen on paper: keeps every reply it was shown."""

from handlers.conversation import Reply


class Sheet:
    def __init__(self) -> None:
        self.memory: dict[str, str] = {}
        self.shown: list[Reply] = []

    async def show(self, reply: Reply) -> None:
        self.shown.append(reply)
