"""
What a backup of the whole house is, and the questions by which a restored one is tried.

Beside what the library keeps, a backup holds some questions with what was answered when it was
made: quotes alone, so that a restored house must answer with the same words.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.service import builtin, erasures
from bot.service.application import Application
from handlers.people import ADMINS, EVERYONE
from knowledge.deck.digest import OWNER
from knowledge.documents import backup
from knowledge.documents.library import Library
from knowledge.errors import InvalidBackup, KnowledgeError
from knowledge.sentences import phrase

LOGS = ("audit", "feedback")
QUESTIONS = 100  # asked for a backup, at most
NIGHTLY = 1000  # asked for one of the night, at most: one for each heading of what is published
STANDING = "standing"  # the state of a backup that holds what admins set for good
ANSWERS = "answers"  # the state of a backup that holds them


@dataclass(frozen=True, slots=True)
class Trial:
    """How many questions a restored house was asked, and how many it answered as before."""

    asked: int
    identical: int

    @property
    def passed(self) -> bool:
        return self.asked == self.identical


async def write(
    application: Application, target: Path, *, questions: int = QUESTIONS
) -> dict[str, int]:
    """
    Write a backup into a folder, or an archive by its name; return what it holds by kind.

    Raises:
        InvalidBackup: there is something at that place already.
        LibraryUnavailable, SessionsUnavailable: a part did not answer.
    """
    if _used(target):
        raise InvalidBackup("occupied", phrase("occupied", folder=target.name))
    library = await application.library()
    await library.followed()  # what is found by meaning is to be the same when it is tried
    logs = {name: await application.sessions.entries(name, last=0) for name in LOGS}
    answers = await _answered(application, await _questions(library, questions))
    states = {
        "models": await application.models.export(),
        STANDING: await application.sessions.standing.export(),
        ANSWERS: answers,
    }
    if not target.name.endswith(backup.ARCHIVES):
        return await backup.save(library, application.originals, logs, states, target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as name:
        folder, packed = Path(name, "backup"), Path(name, "packed")
        counts = await backup.save(library, application.originals, logs, states, folder)
        await asyncio.to_thread(_pack, folder, packed, target)
    return counts


async def put_back(application: Application, folder: Path) -> dict[str, int]:
    """
    Put a checked backup into an empty house; return what it holds by kind.

    Raises:
        InvalidBackup: the house holds documents.
        LibraryUnavailable, SessionsUnavailable: a part did not answer.
    """
    library = await application.library()
    documents = await library.documents()
    if {document.metadata.owner for document in documents} - {OWNER}:
        raise InvalidBackup("not_empty", phrase("not_empty"))
    for document in documents:  # what comes along with us is in the backup, too, perhaps as it was
        await library.remove(document.id)
    counts = await backup.restore(folder, library, application.originals)
    for name, entries in backup.logs(folder).items():
        await application.sessions.put_back(name, entries)
    states = backup.states(folder)
    if models := states.get("models"):
        await application.models.put_back(models)
    if standing := states.get(STANDING):
        await application.sessions.standing.put_back(standing)
    await builtin.shelve(library, application.models, application.texts)
    return counts


async def forget_again(application: Application, archive: Path) -> int:
    """
    Forget whoever was erased since a backup was made that has just been put back; return how many
    they are. Who that is stands beside the data, beside the nightly backups, and beside this one.

    Raises:
        LibraryUnavailable, SessionsUnavailable: a part did not answer.
    """
    settings = application.settings
    hashes = erasures.noted(settings.data, settings.backups, archive.parent)
    if not hashes:
        return 0
    persons: set[str] = set()
    for name in LOGS:
        rows = await application.sessions.entries(name, last=0)
        persons |= erasures.erased_of([row["entry"] for row in rows], hashes)
    standing = await application.sessions.standing.export()
    persons |= erasures.erased_of(standing, hashes)
    for document in await (await application.library()).documents():
        persons |= erasures.erased_of(asdict(document), hashes)
    for person in persons:
        await application.personal.erase(person)
    return len(persons)


async def tried(application: Application, folder: Path) -> Trial:
    """Ask a restored house what its backup asked, and hold the answers against each other."""
    before: Mapping[str, Any] = backup.states(folder).get(ANSWERS, {})
    await (await application.library()).followed()
    now = await _answered(application, list(before))
    identical = [question for question in before if now[question] == before[question]]
    return Trial(len(before), len(identical))


async def _questions(library: Library, most: int) -> list[str]:
    """
    Return what the published documents have headings for, in turns, so that each of them is asked.
    """
    by_document: list[list[str]] = []
    for document in await library.documents():
        if document.current:
            passages = await library.passages(document.current)
            headings = [passage.headings[-1] for passage in passages if passage.headings]
            by_document.append(list(dict.fromkeys(headings)))
    questions: list[str] = []
    deepest = max((len(headings) for headings in by_document), default=0)
    for place in range(deepest):
        for headings in by_document:
            questions += headings[place : place + 1]
    return list(dict.fromkeys(questions))[:most]


async def _answered(application: Application, questions: list[str]) -> dict[str, str]:
    """Return what stands for the answer to each question: quotes and where they stand."""
    library = await application.library()
    readers = {EVERYONE, ADMINS}
    for document in await library.documents():
        readers.add(document.metadata.audience)
    answers = await application.answers_over(library, written=False)
    digests = {}
    for question in questions:
        try:
            answer = await answers.answer(question, readers=frozenset(readers), language="ja")
        except KnowledgeError as error:
            digests[question] = error.code
            continue
        quotes = [(cited.passage.id, cited.quote) for cited in answer.citations]
        words = repr((answer.mode, answer.text, quotes))
        digests[question] = sha256(words.encode()).hexdigest()
    return digests


def _used(place: Path) -> bool:
    return place.is_file() or (place.is_dir() and any(place.iterdir()))


def _pack(folder: Path, packed: Path, target: Path) -> None:
    """Make the archive whole before it gets its name."""
    backup.pack(folder, packed)
    packed.replace(target)
