"""
What a call to the connector of Teams may come to instead of an answer: in the SDK's stead for us,
and then for whoever wanted something brought.
"""

from bot.endpoint import NotNow

NOT_TAKEN = frozenset({412, 429, 503})  # the service says: come again
UNKNOWN = frozenset({0, 500, 502, 504})  # nobody knows whether it arrived
UNREADABLE = frozenset({400, 413})  # the service cannot draw it, or it is too large


class Refusal(Exception):
    """
    The connector did not take a call: `status` 0 means that no answer came, `sent` that the call
    may have arrived. `after` is its Retry-After, `code` the beginning of what it said.
    """

    def __init__(self, status: int, *, after: str = "", code: str = "", sent: bool = True) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.after = after
        self.code = code
        self.sent = sent


class Undelivered(Exception):
    """
    The connector refused an activity for good, or did not answer (`status` 0).

    `unsure`: it may have arrived all the same. `code` is the beginning of what the service said.
    """

    def __init__(self, status: int, *, code: str = "", unsure: bool = False) -> None:
        super().__init__(f"the connector answered {status}")
        self.status = status
        self.code = code
        self.unsure = unsure


class Unreached(Undelivered, NotNow):
    """The connector took nothing this time: an activity that did not arrive, and may later."""
