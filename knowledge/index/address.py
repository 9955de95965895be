"""Addresses as operators may read them in a log: where something is, never how one gets in."""

from urllib.parse import urlsplit


def place(address: str) -> str:
    """
    Return scheme, host, port and path of an address; user, password, query and fragment stay out.
    """
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that are no address
        return ""
    if not parts.netloc:
        return parts.path
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
