"""
What changed: between the published version of a document and the one before, or between two
documents that are editions of one another.

Only what the reader may read now is compared: of a former version, that of a document they read.
"""

import re
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Literal

from handlers.answer_text import titled
from handlers.conversation import Block, Column, Message, Paragraph, Reply, Table
from handlers.people import People
from handlers.questions.ask import Questions
from handlers.questions.last_answer import LastAnswers
from handlers.questions.named_document import editions, named, readable, stem, years
from handlers.questions.own_reply import own_or_asked
from handlers.questions.restyle import drawn
from handlers.texts import Texts
from knowledge.answering.disagreement import Line, between
from knowledge.documents.comparison import Section, compare
from knowledge.documents.facts import Fact, beside, facts
from knowledge.documents.library import Library
from knowledge.text.outline import CELL
from knowledge.text.sanitise import quoted, sanitise
from knowledge.text.topic import topics
from knowledge.text.units import units
from knowledge.values import Answer, Citation, Document, Hit, Language, Passage, Sentence, Version

TOLD = 4  # lines that say something else now
NAMES = 12  # sections that are named of each kind
EXCERPT = 80  # characters of a changed section, before and after
TURNED = 8  # questions whose answers differ
TOPICS = 3  # subjects that are looked up in both editions
POOL = 30  # passages searched for each subject
Kind = Literal["added", "removed", "changed"]
_ASKING = re.compile(
    r"新しい|新しく|古い|以前|今度|今回|今の|前の|最新|直近|先日|一つ|ひとつ"
    r"|何が|どこが|変更点?|変わ|改[定訂正]|差分|違い|相違|新旧|対照|版|年|規程集?|追加|削除|内容|箇所|教えて|一覧"
    r"|\b(?:what|changed?|changes|new|newest|latest|current|recently|lately|old"
    r"|between|since|from|differences?|different|version"
    r"|edition|requirements?|list|show|last|previous|former|updated?|for|and|the|in|of|to"
    r"|policy|document)\b"
)
_KIND = re.compile(r"規程|規則|規定|ガイドライン|マニュアル|手引|要綱|方針|資料")
_YEAR = re.compile(r"\d{4}")
_ARTICLE = re.compile(r"^\s*(?:for|about|the|our|on|in)\s+(?:the\s+)?")
_BETWEEN = re.compile(r"\b(?:for|about|regarding|on|in terms of|concerning)\b(.+)$")


class EditionChanges:
    """Compares; `questions` takes what turns out to ask something else."""

    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        people: People,
        last: LastAnswers,
        questions: Questions,
        texts: Texts,
    ) -> None:
        self._library = library
        self._people = people
        self._last = last
        self._questions = questions
        self._texts = texts

    def show(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Say what changed in the document that is meant; a question where none is."""
        return own_or_asked(self._questions, message, text, self._compared)

    async def _compared(self, message: Message, text: str) -> Reply | None:
        library = await self._library()
        readers, language = self._people.readers(message), message.person.language
        documents = await library.documents(readers=readers)
        pair = editions(text, documents)
        if pair:
            return await self._two(message, library, (pair[0], pair[1]), text)
        document = await _by_versions(library, text, documents)
        if document is None:
            document = await self._meant(message, text, documents)
        if document is None and _names_nothing(text):
            changed = _of_kind(text, await _changed(library, documents))
            if len(changed) != 1:
                return self._which(changed, language)
            document = changed[0]
        if document is None:
            return None
        whole = await library.document(document.id)
        before = _former(whole)
        if before is None or whole.published is None:
            title = titled(document.metadata.title, language)
            other = _other_edition(document, documents)
            if other is not None:
                return await self._two(message, library, (other, document), text)
            return Reply(self._texts.say("requests.one_version", language, title=title))
        readers = self._people.readers(message)
        old = await readable(library, before.id, readers)
        new = await readable(library, whole.published.id, readers)
        names = f"v{before.number}", f"v{whole.published.number}"
        said = between(old, new)[:TOLD]
        return self._difference(document, (old, new), said, names, language)

    async def _meant(
        self, message: Message, text: str, documents: Sequence[Document]
    ) -> Document | None:
        """Return the document that is named, else that of the last answer."""
        hits = named(text, documents)
        if hits:
            return hits[0].document
        if not _names_nothing(text):
            return None  # something else is asked
        last = await self._last.load(message)
        if last.answer is None:
            return None
        for citation in last.answer.citations:
            for document in documents:
                if document.id == citation.passage.document:
                    return document
        return None

    def _which(self, changed: Sequence[Document], language: Language) -> Reply:
        """Ask which of several documents is meant, each a question that compares its versions."""
        say = self._texts.say
        if not changed:
            return Reply(say("requests.nothing_changed", language))
        rows = [say("requests.which_changed", language)]
        for document in changed[:NAMES]:
            title = titled(document.metadata.title, language)
            rows.append(f"- {say('requests.ask_changes', language, title=title)}")
        head, *questions = rows
        listed = "\n".join(questions)
        return Reply(f"{head}\n{listed}", (Paragraph(head), Paragraph(listed)))

    async def _two(
        self, message: Message, library: Library, pair: tuple[Document, Document], text: str
    ) -> Reply | None:
        """Compare two editions: on the subjects that are named, else section by section."""
        language = message.person.language
        subjects = _subjects(text, pair)
        if subjects:
            return await self._side_by_side(message, library, pair, subjects, text)
        readers = self._people.readers(message)
        old = await readable(library, pair[0].current, readers)
        new = await readable(library, pair[1].current, readers)
        names = _names(pair, language)
        said = between(old, new)[:TOLD]
        return self._difference(pair[1], (old, new), said, names, language)

    async def _side_by_side(
        self,
        message: Message,
        library: Library,
        pair: tuple[Document, Document],
        subjects: Sequence[str],
        question: str,
    ) -> Reply | None:
        """Quote what each edition says on each subject; None where neither says anything."""
        language, readers = message.person.language, self._people.readers(message)
        names = _names(pair, language)
        sentences: list[Sentence] = []
        citations: list[Citation] = []
        for subject in subjects:
            hits = await library.search(subject, readers=readers, limit=POOL)
            for document, name in zip(pair, names, strict=True):
                passage = _of(document, hits)
                if passage is None:
                    continue
                quote = _line_about(passage, subject)
                number = len(citations) + 1
                citations.append(Citation(number, passage, quote))
                words = quoted(quote).strip("| ").replace(CELL, " · ")
                sentences.append(Sentence(f"- {name}: {words}", (number,)))
        if not sentences:
            return None
        head = self._texts.say("requests.editions", language, topic=", ".join(subjects))
        answer = Answer("", question, language, "extractive", tuple(sentences), tuple(citations))
        return drawn(await self._last.keep(message, answer), head, self._texts)

    def _difference(
        self,
        document: Document,
        passages: tuple[Sequence[Passage], Sequence[Passage]],
        said: Sequence[tuple[Line, Line]],
        versions: tuple[str, str],
        language: Language,
    ) -> Reply:
        """Name the sections that changed, and quote the lines that say something else now."""
        say, (before, after) = self._texts.say, versions
        changes = compare(*passages)
        title = titled(document.metadata.title, language)
        rows: list[str] = []
        kinds: tuple[tuple[Kind, Sequence[Section]], ...] = (
            ("added", changes.added),
            ("removed", changes.removed),
            ("changed", changes.changed),
        )
        for kind, sections in kinds:
            if sections:
                names = _listed(sections, language)
                rows.append(f"- {say(f'requests.{kind}', language, names=names)}")
        for former, present in said:
            old, new = quoted(former.text), quoted(present.text)
            rows.append(f"- {say('requests.now_says', language, before=old, after=new)}")
        if not rows:
            same = say("requests.unchanged", language, title=title, before=before, after=after)
            return Reply(same)
        head = say("requests.changes", language, title=title, before=before, after=after)
        listed = "\n".join(rows)
        blocks: list[Block] = [Paragraph(head), Paragraph(listed, "answer")]
        turned = self._turned(passages, versions, language)
        if turned.rows:
            blocks.append(turned)
            listed += "\n" + "\n".join(_in_words(turned))
        return Reply(f"{head}\n{listed}", tuple(blocks))

    def _turned(
        self,
        passages: tuple[Sequence[Passage], Sequence[Passage]],
        versions: tuple[str, str],
        language: Language,
    ) -> Table:
        """Return the questions whose answers differ, the old one beside the new one."""
        say = self._texts.say
        names = (say("requests.question", language), *versions)
        rows = []
        for question, old, new in beside(*map(_facts, passages))[:TURNED]:
            shown = sanitise(question), quoted(old[:EXCERPT]) or "–", quoted(new[:EXCERPT]) or "–"
            rows.append(shown)
        caption = say("requests.turned", language)
        return Table(caption, tuple(map(Column, names)), tuple(rows))


def _facts(passages: Sequence[Passage]) -> list[Fact]:
    return list(facts(passages))


def _in_words(table: Table) -> list[str]:
    """Return a table of questions as lines, for faces that draw none."""
    lines = [f"{table.caption}:"]
    for question, before, after in table.rows:
        lines.append(f"- {question} {before} → {after}")
    return lines


async def _by_versions(
    library: Library, text: str, documents: Sequence[Document]
) -> Document | None:
    """Return the document whose versions carry the years a request names, as far as one does."""
    wanted = set(_YEAR.findall(unicodedata.normalize("NFKC", text)))
    if len(wanted) < 2:
        return None
    for document in documents:
        whole = await library.document(document.id)
        names = " ".join(version.name for version in whole.versions)
        if wanted <= set(_YEAR.findall(unicodedata.normalize("NFKC", names))):
            return whole
    return None


def _names_nothing(text: str) -> bool:
    """Report whether a request names nothing besides versions and that they differ."""
    words = _ASKING.sub(" ", unicodedata.normalize("NFKC", text).lower())
    return not topics(words)


async def _changed(library: Library, documents: Sequence[Document]) -> list[Document]:
    """Return the documents that were published in a version before the current one."""
    changed: list[Document] = []
    for document in documents:
        whole = await library.document(document.id)
        if whole.current and _former(whole) is not None:
            changed.append(whole)
    return changed


def _of_kind(text: str, documents: list[Document]) -> list[Document]:
    """Return the documents whose titles say the kind a request names (規程); all where none do."""
    kinds = set(_KIND.findall(text))
    named_so = [one for one in documents if kinds & set(_KIND.findall(one.metadata.title))]
    return named_so or documents


def _former(document: Document) -> Version | None:
    """Return the version that was published before the current one."""
    former = None
    for version in document.versions:
        if version.id == document.current:
            break
        if version.published:
            former = version
    return former


def _other_edition(document: Document, documents: Sequence[Document]) -> Document | None:
    """Return a document with the same title but for its year, where there is one."""
    for other in documents:
        if other.id != document.id and stem(other.metadata.title) == stem(document.metadata.title):
            return other
    return None


def _names(pair: tuple[Document, Document], language: Language) -> tuple[str, str]:
    """Return what two editions are called: by their years, else by their titles."""
    own = years(pair[0]), years(pair[1])
    if own[0] and own[1] and own[0] != own[1]:
        return (own[0][0], own[1][0])
    return titled(pair[0].metadata.title, language), titled(pair[1].metadata.title, language)


def _subjects(text: str, pair: tuple[Document, Document]) -> list[str]:
    """Return the subjects a request names beside the editions."""
    words = unicodedata.normalize("NFKC", text).lower()
    about = _BETWEEN.search(words)
    subjects = []
    if about:
        subjects = [part.strip(" ?.") for part in re.split(r"\band\b|,", about[1])]
    elif "の" in words and "について" in words:
        subjects = re.split(r"と|、", words.partition("について")[0].rpartition("の")[2])
    own = stem(pair[0].metadata.title) | stem(pair[1].metadata.title)
    named_by: list[str] = []
    for subject in subjects:
        bare = _ARTICLE.sub("", subject).strip()
        if _is_subject(bare, own):
            named_by.append(bare)
    return named_by[:TOPICS]


def _is_subject(subject: str, own: frozenset[str]) -> bool:
    """Report whether a subject says more than the titles of the editions do."""
    return bool(subject) and not _YEAR.search(subject) and not stem(subject) <= own


def _of(document: Document, hits: Sequence[Hit]) -> Passage | None:
    """Return the best hit in a document, None where it has none."""
    for hit in hits:
        if hit.passage.document == document.id:
            return hit.passage
    return None


def _line_about(passage: Passage, subject: str) -> str:
    """Return the line of a passage that names most of a subject, its first one where none does."""
    wanted = [word.rstrip("s") for word in topics(subject) or [subject]]
    best, most = passage.text, -1
    for unit in units(passage):
        line = unit.lines[-1]
        lowered = line.lower()
        named_by = sum(word.lower() in lowered for word in wanted)
        if named_by > most:
            best, most = line, named_by
    return best


def _listed(sections: Sequence[Section], language: Language) -> str:
    """Return the names of sections; those that have none by where they stand."""
    names: dict[str, None] = {}
    for section in sections:
        names[sanitise(section.heading or section.place.to(language))] = None
    separator = "、" if language == "ja" else ", "
    shown = list(names)[:NAMES]
    if len(names) > NAMES:
        shown.append(f"+{len(names) - NAMES}")
    return separator.join(shown)
