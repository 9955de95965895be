"""
Holding each claim of a model against the passages it cites, and the answer as a whole.

A claim stays when the words named as its evidence stand in the cited passage letter by letter (or,
where none are named, the passage itself is the evidence), when nothing in it says otherwise than
they do, and when what it depends on stays, too: a rule is never shown without its condition.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.answering.citations import Draft
from knowledge.answering.claims import Claim, claims
from knowledge.answering.comparison import sentences
from knowledge.answering.entailment import Entailment
from knowledge.answering.evidence import located, stands_in
from knowledge.answering.grounding import closest, in_language, strange_names, support
from knowledge.answering.order import turned_round
from knowledge.answering.prompt import Source
from knowledge.answering.refuting import refuted
from knowledge.answering.trace import Check
from knowledge.text.sanitise import mail_addresses, sanitise
from knowledge.text.units import units
from knowledge.values import Hit, Language, Sentence

# probability from which on a claim is believed: with words that stand in the passage, and without
EVIDENT, UNQUOTED = 0.3, 0.42
# the same, held against one passage alone: of a whole answer, and of one sentence of it
ALONE, PART = 0.48, 0.42
ONE = 0.34  # a single word that stands elsewhere in the source: no sign beside evidence
VERBATIM = 0.8  # share of a claim's letters in its source from which on it is in its own words
STRANGE = 0.75  # share of strange words in a clause that stands beside the source's own
FEW = 0.34  # share of a claim's words that its place has, up to which they are few
TRACE = 0.2  # the same, below which little of the source is in it
CERTAIN = 0.5  # of a sign from which on it decides by itself
RECENT = 3  # claims at the end of an unfinished answer that what follows may still carry
BRIEF = 3  # sentences up to which an answer may be nothing but "the documents do not say"
_FINISHED = re.compile(r"[。！？!?.][。.]?\s*(?:[\[［【][\d,、\s]+[\]］】])+[。.]?|\n")
_ABSENT = re.compile(
    r"(?:資料|文書|文章|出典|情報|記載)[^。\n]{0,40}"
    r"(?:ありません|見つかりません|見当たりません|含まれていません|書かれていません|ないため|わかりません)"
    r"|(?:passage|document|source|context|information)s?\b[^.\n]{0,60}(?:\bnot\b|n't\b|\bno\b)"
    r"|\b(?:no|not)\b[^.\n]{0,60}(?:passage|document|source|context|information)s?\b"
    r"|cannot answer|can't answer",
    re.IGNORECASE,
)
_CONDITIONS = re.compile(
    r"\s*[-・]?\s*(?:ただし|但し|ただ、|もっとも|例外|その(?:際|場合|とき)|(?:However|But|Except|Unless"
    r"|Only|Provided|Otherwise|In that case|Exceptions?)\b)"
)
_DEPENDANTS = re.compile(
    r"\s*[-・]?\s*(?:ただし|但し|ただ、|もっとも|その|それ|これ|この|さらに|また、|次に|そうで"
    r"|(?:However|But|Except|Unless|Only|Otherwise|In that case|It|They|This|That|These|Those"
    r"|He|She|Also|Then)\b)"
)
# signs that a claim says otherwise than its source, each with the reason that is shown for it
_CONTRADICTIONS = (
    ("figure", "figure", 0.4),
    ("rate", "figure", CERTAIN),
    ("bound", "bound", CERTAIN),
    ("contradicted", "negation", 0.6),
    ("turned", "negation", CERTAIN),
    ("changed", "modality", 0.6),
    ("all", "bound", CERTAIN),
    ("role", "role", 0.7),
    ("condition", "condition", 0.75),
    ("row", "figure", CERTAIN),
    ("excluded", "words", CERTAIN),
    ("swapped", "role", CERTAIN),
)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a claim stands in: the question, the whole answer, and what it says before the claim."""

    question: str
    answer: str
    before: str


@dataclass(frozen=True, slots=True)
class Verifier:
    """
    Checks what a model wrote. Without an `entailment` only a source's own words support a claim.
    """

    entailment: Entailment | None = None

    def check(
        self,
        output: str,
        sources: Sequence[Source],
        language: Language,
        question: str = "",
        known: dict[Claim, Check] | None = None,
    ) -> tuple[Check, ...]:
        """
        Hold each claim against the passages it cites, then the answer as a whole. About 20 ms a
        claim.

        Of an answer that is still written, `known` keeps what was found: what stood then is not
        looked at again, what did not only while it is among the last, since words that follow may
        carry it.
        """
        made = claims(output)
        texts = [claim.text for claim in made]
        checks = []
        for at, claim in enumerate(made):
            check = known.get(claim) if known else None
            if check is None or not (check.kept or at < len(made) - RECENT):
                told = _Told(question, "\n".join(texts), "\n".join(texts[:at]))
                check = self._claim(claim, sources, language, told)
            if known is not None:
                known[claim] = check
            checks.append(check)
        return as_a_whole(checks)

    def holds(self, text: str, source: Source, question: str, answer: str = "") -> bool:
        """Whether one passage alone says a text, taken as a whole, in answer to a question."""
        if not source.places or turned_round(text, source.text):
            return False
        if self.entailment is None:
            return support(text, source.places, source.topic).supported
        seen = self.entailment.signs(question, text, source.places, source.topic, answer)
        least = PART if answer else ALONE
        return not contradiction(seen) and self.entailment.weigh(seen) >= least

    def _claim(
        self,
        claim: Claim,
        sources: Sequence[Source],
        language: Language,
        told: "_Told",
    ) -> Check:
        cited = claim.citations
        if not _is_cited(cited, sources):
            return Check(sanitise(claim.text), (), 0.0, kept=False, reason="citation")
        behind = [sources[number - 1] for number in cited]
        vouched = mail_addresses("\n".join(source.text for source in behind))
        text = sanitise(claim.text, vouched)
        if not in_language(text, language):
            return Check(text, cited, 0.0, kept=False, reason="language")
        places = [place for source in behind for place in source.places]
        topic = " ".join(source.topic for source in behind)
        strict = support(text, places, topic)
        evidence = _evidence(claim, sources)
        check = Check(
            text, cited, round(strict.share, 3), strict.supported, strict.reason, evidence
        )
        if self.entailment is None:
            return check
        if strange_names(text, [*places, topic, told.question]):
            return replace(check, kept=False, reason="name")
        passage = "\n".join(source.text for source in behind)
        if refuted(text, told.question, "\n".join(filter(None, evidence)), f"{topic}\n{passage}"):
            return replace(check, kept=False, reason="words")
        evident = _holding(evidence, places)
        seen = self.entailment.signs(
            told.question, text, evident or places, topic, told.answer, told.before
        )
        against = contradiction(seen) or _misplaced(seen, strict.reason, evident=bool(evident))
        likely = self.entailment.weigh(seen)
        least = EVIDENT
        if not evident:
            least = UNQUOTED
        misquoted = bool(claim.evidence) and not any(evidence)
        if not against and not strict.supported and (misquoted or likely < least):
            against = "words"
            if misquoted:
                against = "evidence"
        return replace(check, kept=not against, support=round(likely, 3), reason=against)


def _is_cited(numbers: Sequence[int], sources: Sequence[Source]) -> bool:
    """
    Whether these are numbers of passages, and words are left in one: orders to an AI are taken out.
    """
    if not numbers or min(numbers) < 1 or max(numbers) > len(sources):
        return False
    return any(sources[number - 1].places for number in numbers)


def _evidence(claim: Claim, sources: Sequence[Source]) -> tuple[str, ...]:
    """Return for each cited passage its own words that a claim names, "" where it has none such."""
    stretches = []
    for number in claim.citations:
        words = ""
        for named in claim.evidence:
            if named.number in {0, number} and not words:
                words = located(named.words, sources[number - 1].text)
        stretches.append(words)
    return tuple(stretches)


def _holding(evidence: Sequence[str], places: Sequence[str]) -> list[str]:
    """Return the places that hold one of these stretches, or stand in one."""
    parts: list[str] = []
    for stretch in evidence:
        parts += [stretch, *sentences(stretch)]
    return [place for place in places if any(stands_in(part, place) for part in parts)]


def contradiction(seen: Mapping[str, float]) -> str:
    """Return the reason of the first sign that a claim says otherwise, "" for none."""
    for name, reason, least in _CONTRADICTIONS:
        if seen[name] >= least:
            return reason
    return ""


def _misplaced(seen: Mapping[str, float], reason: str, *, evident: bool) -> str:
    """
    Return why a claim in its source's own words says what no place of it does, and one without
    evidence what has nothing of it; "" for neither.
    """
    if seen["foreign"]:
        return ""
    strays = seen["figure"] or seen["figure_elsewhere"] or seen["displaced"] > ONE * evident
    moved = bool(strays) and seen["share"] >= VERBATIM and not seen["calculated"]
    renamed = reason == "figure" and not evident and bool(seen["strange_close"])
    if reason and (moved or renamed or (reason == "bound" and seen["close"])):
        return reason
    if not evident and seen["mixed"] >= STRANGE:
        return "words"
    if not evident and seen["share"] < TRACE and seen["near"] <= FEW:
        return "words"
    return ""


def as_a_whole(checks: Sequence[Check]) -> tuple[Check, ...]:
    """
    Take out what cannot stand without what was taken out: a rule whose condition is gone, and
    sentences that lean on one that is.
    """
    judged = list(checks)
    for at in range(len(judged) - 1, 0, -1):
        gone = not judged[at].kept and judged[at].reason != "citation"
        if gone and judged[at - 1].kept and _CONDITIONS.match(judged[at].sentence):
            judged[at - 1] = replace(judged[at - 1], kept=False, reason="condition")
    for at in range(1, len(judged)):
        leans = _DEPENDANTS.match(judged[at].sentence)
        if leans and judged[at].kept and not judged[at - 1].kept:
            judged[at] = replace(judged[at], kept=False, reason="condition")
    return tuple(judged)


def finished(output: str) -> int:
    """
    Return up to where the sentences of a text that is still being written are complete, with their
    citations.
    """
    ends = [match.end() for match in _FINISHED.finditer(output)]
    return max(ends, default=0)


def absent(checks: Sequence[Check]) -> bool:
    """Whether a model said in its own words that the passages hold no answer."""
    if len(checks) > BRIEF:
        return False
    return any(_ABSENT.search(check.sentence) for check in checks if not check.citations)


def draft(supported: Sequence[Check], hits: Sequence[Hit]) -> Draft:
    """
    Number the cited passages in the order they appear; quote of each the words that carry what was
    said, or else the line closest to it.
    """
    numbers: dict[int, int] = {}
    quotes: dict[int, str] = {}
    shown = []
    for check in supported:
        evidence = check.evidence or ("",) * len(check.citations)
        for cited, words in zip(check.citations, evidence, strict=True):
            at = cited - 1
            numbers.setdefault(at, len(numbers) + 1)
            if at not in quotes:
                text = hits[at].passage.text
                quotes[at] = located(words, text) or closest(check.sentence, _quotable(hits[at]))
        own = tuple(numbers[cited - 1] for cited in check.citations)
        sentence = Sentence(check.sentence, own)
        shown.append(sentence)
    return Draft(tuple(shown), tuple((hit, quotes[hit]) for hit in numbers))


def _quotable(hit: Hit) -> list[str]:
    lines: list[str] = []
    for unit in units(hit.passage):
        lines += unit.lines
    return lines
