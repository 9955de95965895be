"""The nouns of knowledge: all frozen, sequences tuples, dates ISO strings as in JSON."""

from dataclasses import dataclass, field
from typing import Literal

Language = Literal["ja", "en"]
SearchKind = Literal["whole", "words", "first"]  # all of it, words alone, no second stage


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence in both languages."""

    ja: str
    en: str

    def to(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en


PlaceKind = Literal["slide", "page", "sheet", "section", "part"]
_PLACE_WORDS: dict[PlaceKind, tuple[str, str]] = {
    "slide": ("スライド", "slide "),
    "page": ("ページ", "page "),
    "sheet": ("シート", "sheet "),
    "section": ("", ""),
    "part": ("部分", "part "),
}


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where in its document a text stands.

    `number` is the page or slide number a person would cite (as printed where one is printed),
    1-based; None where the kind has none. `label` is the sheet's name, the heading, article or
    path, and may be empty when there is a number.
    """

    kind: PlaceKind
    number: int | None = None
    label: str = ""

    def to(self, language: Language) -> str:
        """Return "スライド18" or "slide 18", "シート「情報区分」" or "sheet “…”", or the heading itself."""
        word = _PLACE_WORDS[self.kind][0 if language == "ja" else 1]
        if self.number is not None and self.kind != "section":
            numbered = f"{word}{self.number}"
            if not self.label or self.kind not in ("page", "slide"):
                return numbered
            return (
                f"{self.label}（{numbered}）" if language == "ja" else f"{self.label} ({numbered})"
            )
        if self.kind == "sheet":
            return f"{word}「{self.label}」" if language == "ja" else f"{word}“{self.label}”"
        return self.label or f"{word}{self.number or 1}"


FlagKind = Literal[
    "hidden_text",
    "hidden_slide",
    "invisible_layer",
    "garbled",
    "image_only",
    "instruction",
    "truncated",
    "macro",
    "external_link",
    "tracked_deletion",
    "ocr",
    "pale_text",
    "picture",
    "formula",
    "unread_part",
    "doubtful",
]


@dataclass(frozen=True, slots=True)
class Flag:
    """What an admin should know about a `page`, 1-based by position; 0 is the whole file."""

    kind: FlagKind
    page: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """
    One page, slide, sheet or section as read from a file.

    `text` is the visible text in reading order, list items and table rows as lines ("- …", "a | b |
    c"); `notes` is what the speaker sees. `position` counts from 1 in file order; `place` is what a
    person would cite. `file` is the path of the file within the file it stands in, if in one.
    """

    position: int
    place: Place
    text: str
    title: str = ""
    notes: str = ""
    flags: tuple[Flag, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """
    The unit that is found and cited. `id`, a UUID, is the same for the same version and position;
    `text` is quotable as it stands; `headings` leads from the title to the nearest heading.
    """

    id: str
    document: str
    version: str
    position: int
    title: str
    place: Place
    text: str
    headings: tuple[str, ...] = ()
    language: Language = "ja"
    kind: Literal["prose", "slide", "table", "notes"] = "prose"
    audience: str = "all"


@dataclass(frozen=True, slots=True)
class Hit:
    """
    A passage that matched, with its score: comparable only within one call, higher is better.
    `parts` are what the second stage weighed, by name: "score" is the first stage's own, the others
    are shares 0..1 of the question. `rank` is the 1-based rank before re-ranking. `terms` are the
    passage's words, packed by `retrieval/terms.py`, or empty. `sparse_alone`: dense vectors count
    here, but the question could get none in time. `fused`: the first stage's order is made of
    several, of which its score tells but one. `meaning` is how near its best unit lies to the
    question in meaning, whatever the language: about .2 for what has nothing to do with it, .6 and
    more for what says the same; `near` tells it of each unit of the passage, in order.
    `likeness` is the share 0..1 of the question that a passage in another language speaks of.
    """

    passage: Passage
    score: float
    parts: tuple[tuple[str, float], ...] = ()
    rank: int = 0
    terms: str = field(default="", repr=False, compare=False)
    sparse_alone: bool = False
    fused: bool = field(default=False, repr=False, compare=False)
    meaning: float | None = None
    near: tuple[float, ...] = ()
    likeness: float | None = None


ENOUGH = 0.95  # share of a file's text read, below which an admin must say so to publish it


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    How much of a file was read, in letters and digits: what is there, was read, was left out.

    `lost` is the length of the largest piece that is missing; it stands at `place` and begins with
    `words`.
    """

    there: int
    read: int
    left_out: int = 0
    place: Place | None = None
    words: str = ""
    lost: int = 0

    @property
    def share(self) -> float:
        return self.read / self.there if self.there else 1.0

    @property
    def percent(self) -> int:
        """The share in percent, rounded down: 100 means everything."""
        return 100 * self.read // self.there if self.there else 100

    @property
    def enough(self) -> bool:
        return self.share >= ENOUGH


DocumentKind = Literal["guideline", "rule", "deck", "faq", "other"]
DocumentState = Literal[
    "received",
    "checked",
    "read",
    "staged",
    "published",
    "replaced",
    "withdrawn",
    "refused",
    "deleted",
]


@dataclass(frozen=True, slots=True)
class Mark:
    """
    An admin's word that a text rules a criterion of the guided dialog; `option` is prescribed, or
    "".

    `quote` is an exact stretch of the text, so that the mark finds its passage in later versions,
    too.
    """

    criterion: str
    option: str
    quote: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """
    What an admin says about a document. Dates are ISO or empty; `audience` is a label ("all").

    A field left empty means "as in the version before". `supersedes` is the id of the document this
    is a new version of; `source` is where its file lies on its sender's machine, empty where that
    is not known.
    """

    title: str = ""
    kind: DocumentKind | Literal[""] = ""
    audience: str = ""
    owner: str = ""
    effective: str = ""
    review: str = ""
    supersedes: str = ""
    url: str = ""
    marks: tuple[Mark, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """
    One version of a document. `id` is stable (content decides it); `number` counts from 1.

    `sha256` is that of the original bytes; `added` and `published` are ISO timestamps in UTC, empty
    until they happen. `original` is the id of the file as sent, empty where none was kept; `title`
    is the file's own, empty in old records. `receipt` is None in old records, and where the text of
    the file could not be counted.
    """

    id: str
    number: int
    name: str
    sha256: str
    size: int
    state: DocumentState
    pages: int = 0
    passages: int = 0
    flags: tuple[Flag, ...] = ()
    added: str = ""
    added_by: str = ""
    published: str = ""
    original: str = ""
    title: str = ""
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A passage of a published document that rules a criterion: what a `Mark` points at today."""

    criterion: str
    option: str
    quote: str
    passage: Passage


@dataclass(frozen=True, slots=True)
class Document:
    """A document on the shelf. `current` is the published version's id, or ""; oldest first."""

    id: str
    metadata: Metadata
    versions: tuple[Version, ...] = ()
    current: str = ""

    @property
    def published(self) -> Version | None:
        return self.version(self.current)

    def version(self, id: str) -> Version | None:  # noqa: A002  # versions are known by it
        """Return the version with this id; None when the document has none such."""
        return next((v for v in self.versions if v.id == id), None)


@dataclass(frozen=True, slots=True)
class Citation:
    """
    One numbered source of an answer. `quote` is a substring of the passage's text; `number` counts
    from 1.

    `version` is shown as "v3"; `updated` and `review` are ISO dates or empty; `stale` means the
    review date has passed. `around` are further passages of the same place, in order, whose lines
    are shown under this number, too.
    """

    number: int
    passage: Passage
    quote: str
    version: str = ""
    updated: str = ""
    review: str = ""
    stale: bool = False
    url: str = ""
    owner: str = ""
    around: tuple[Passage, ...] = ()


SentenceRole = Literal["line", "lead", "gap"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """
    One sentence of an answer, with the numbers of its citations. Lines may start with "- ".

    A "line" stands in its source or is a model's; the "lead" says the answer with its place; a
    "gap" tells where lines are left out. `mark` is the stretch that answers, "" for none; `depth`
    is how many items a line stands within.
    """

    text: str
    citations: tuple[int, ...] = ()
    role: SentenceRole = "line"
    mark: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Nearest:
    """
    A document that came close to a question, and the words of it that do not occur at that place.
    `passage` is the id of what stands there, "" in old records.
    """

    document: str
    title: str
    place: Place
    missing: tuple[str, ...] = ()
    passage: str = ""


AnswerMode = Literal["extractive", "llm", "refused", "asked_back"]


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What knowledge says to a question.

    `sentences` are in reading order and empty when refused: without a model a lead, then the lines
    around what it says; `whole` are all lines of what they are taken from, empty where `sentences`
    leave none out. `removed` counts sentences dropped for lack of support. `certainty` chooses the
    wording: "sure", "unsure" (said so), "none" (refused). `fallback` names why a model's answer was
    replaced by an extractive one, or is empty. `choices` are questions it may have meant, when it
    could mean several; with the mode "asked_back" there is nothing else, as it does not say what it
    is about. `notes` are warnings to show (a model that failed, staleness, disagreement). `depends`
    says that it was asked which approach fits: only the asker's own circumstances decide that.
    `topic` is what it was about, `article` the id of the passage that decided; `understood` is a
    follow-up as it was searched, else empty. `milliseconds` holds "total" and each stage by name.
    """

    id: str
    question: str
    language: Language
    mode: AnswerMode
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    certainty: Literal["sure", "unsure", "none"] = "sure"
    removed: int = 0
    fallback: str = ""
    notes: tuple[Phrase, ...] = ()
    followups: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    depends: bool = False
    whole: tuple[Sentence, ...] = ()
    topic: tuple[str, ...] = ()
    article: str = ""
    understood: str = ""
    milliseconds: dict[str, float] = field(default_factory=dict)
    trace: str = ""

    @property
    def text(self) -> str:
        """Return the answer as plain text with [n] marks after each claim."""
        lines = []
        for s in self.sentences:
            marks = "".join(f"[{n}]" for n in s.citations)
            lines.append(f"{s.text}{marks}")
        return "\n".join(lines)
