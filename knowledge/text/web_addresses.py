"""
Web addresses that may be shown: exact ones of a published document, as text.

Anything that could be taken for another place than it is stays out: what names a user, a port or
a number instead of a host, a host in other letters, another scheme. Addresses are shown without
their scheme, so that nothing is fetched for being shown.
"""

import re

LONGEST = 200  # characters of an address that is shown
_ADDRESS = re.compile(
    r"https?://(?P<shown>(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24})"
    r"(?P<rest>/[A-Za-z0-9._~/%=&?+-]*)?)(?![\w@:#.-])",
    re.IGNORECASE,
)


def web_addresses(text: str) -> tuple[str, ...]:
    """Return the addresses of a text that may be shown, without their scheme, in order."""
    shown: dict[str, None] = {}
    for match in _ADDRESS.finditer(text):
        address = match["shown"].rstrip(".?&")
        is_plain = "xn--" not in match["host"].lower() and ".." not in address
        if is_plain and len(address) <= LONGEST:
            shown[address] = None
    return tuple(shown)
