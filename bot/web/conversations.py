"""The conversations shown on the web page: what each browser session has on its screen, bounded, in this process."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

SESSIONS = 500
TURNS = 40
FILES = 200


@dataclass(slots=True)
class Conversation:
    """Articles by turn, oldest first."""

    articles: OrderedDict[str, str] = field(default_factory=OrderedDict)
    count: int = 0

    def begin(self) -> str:
        """Return a fresh turn id."""
        self.count += 1
        return str(self.count)

    def put(self, turn: str, article: str) -> None:
        self.articles[turn] = article
        while len(self.articles) > TURNS:
            self.articles.popitem(last=False)


class Conversations:
    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Conversation] = OrderedDict()
        self._files: OrderedDict[str, tuple[str, str, bytes]] = OrderedDict()

    def of(self, session: str) -> Conversation:
        """Return the conversation of a session; the one unused longest is forgotten when there are too many."""
        found = self._sessions.setdefault(session, Conversation())
        self._sessions.move_to_end(session)
        while len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)
        return found

    def keep(self, name: str, media_type: str, content: bytes) -> str:
        """Keep a file to be taken away; return the path it is served at."""
        token = secrets.token_urlsafe(24)
        self._files[token] = (name, media_type, content)
        while len(self._files) > FILES:
            self._files.popitem(last=False)
        return f"/files/{token}"

    def file(self, token: str) -> tuple[str, str, bytes] | None:
        return self._files.get(token)
