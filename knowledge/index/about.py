"""Ask the server at an address what it says of itself, and whether it lets us in."""

from knowledge.index.collection import Collections, connect
from knowledge.index.server_version import About, told


async def about(url: str, api_key: str | None) -> About:
    """
    Return what the server at `url` says of itself.

    Raises:
        LibraryUnavailable: it did not answer, or refused.
    """
    client = connect(url, api_key)
    try:
        collections = Collections(client, url)
        answer: About = await collections.ask(told(client))
        await collections.served()  # the version is told without a key
        return answer
    finally:
        await client.close()
