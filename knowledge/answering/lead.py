"""
The first sentence of an answer: the sentence that answers, as it stands in its document, with its
place, and yes or no before it where that is safe to say.

Nothing of it is ours but the yes or no, the place and a word for a condition. What would be
misunderstood alone is never alone: an item has the line that announces it, a rule its exception.
"""

import re
from collections.abc import Sequence
from typing import Literal

from knowledge.answering.articles import Article
from knowledge.answering.asked import LEANING, Asked, Deciding
from knowledge.answering.placing import place_of, placed
from knowledge.answering.rows import plain, row_said
from knowledge.answering.sameness import uncovered
from knowledge.answering.scales import steps_of
from knowledge.answering.wording import Wording
from knowledge.reading.chunks import passage_title
from knowledge.retrieval.glossary import Glossary
from knowledge.text.analysis import normalise
from knowledge.text.article import Line, above, counted_anew
from knowledge.text.outline import LEADS, announces, item_number, unmarked, without_exception
from knowledge.text.predicates import (
    EXCEPTION,
    Stance,
    Verdict,
    conditional,
    stance_of,
    stance_of_list,
    verdict,
)
from knowledge.text.spans import sentence_spans
from knowledge.values import Language

Opening = Literal["lead_yes", "lead_yes_if", "lead_no", "lead_no_if", ""]

_OPENINGS: dict[tuple[Verdict, bool], Opening] = {
    ("yes", False): "lead_yes",
    ("yes", True): "lead_yes_if",
    ("no", False): "lead_no",
    ("no", True): "lead_no_if",
}
LONGEST = 420  # characters; a lead that is longer says the deciding sentence alone
SHORT_ITEM = 60  # characters of a step, of a longer one the first sentence is said
ITEMS = 200  # characters of items that are said in one sentence
CURT = 14  # characters of a sentence that is not said alone
SEVERAL = 2  # headings that a sentence announces
HEADS = 2  # lines that announce an item, said with it
DENIALS = 4  # sentences that deny, said together
_ACT = re.compile(
    r"(?:こと|もの|行為|とき|場合|者)[。．]?$"
)  # ends an item that says nothing by itself
_OBJECT = re.compile(r"([\u30a1-\u30ff\u3400-\u9fff々A-Za-z0-9]+)を(?!除|得|問|通)")


def lead(
    asked: Asked,
    deciding: Deciding,
    article: Article,
    language: Language,
    wording: Wording,
) -> str:
    """Return the first sentence of an answer; "" where nothing of it may be said."""
    words = said(article, asked, unsettled=deciding.scale)
    if not words:
        return ""
    sentence = placed(words, place_of(article, language), language)
    opening = _opening(asked, deciding, article, words)
    if not opening:
        return sentence
    return wording.phrase(opening, sentence=sentence).to(language)


def said(article: Article, asked: Asked, *, unsettled: bool = False) -> str:
    """
    Return the words that answer, without their marker and with what they need. Where it is
    `unsettled` which item of a scale is meant, all of them.
    """
    line = article.lines[article.at]
    if line.kind in ("row", "header"):
        return row_said(article, line, asked)
    own = plain(article.deciding)
    scale = steps_of(asked.wanted, article)
    if unsettled and len(scale) > 1:
        return " ".join([*_heads(article), _fitting(list(map(plain, scale)))])
    if asked.denied and not LEADS.search(article.deciding):
        own = " ".join(_denials(article)) or own
    needed = " ".join([*_heads(article), *_before(article), own])
    following = [*_exceptions(article), *_explained(article), _listed(article, asked)]
    whole = " ".join([needed, *filter(None, following)])
    if len(whole) > LONGEST:
        return needed
    return whole


def _explained(article: Article) -> list[str]:
    """Return what follows a sentence too short to be understood alone."""
    if len(article.deciding) > CURT or _exceptions(article):
        return []
    return _following(article)[:1]


def _following(article: Article) -> list[str]:
    """Return the sentences of the deciding one's line that follow it."""
    line = article.lines[article.at]
    text = article.passages[line.passage].text
    end = article.span[1]
    spans = [span for span in sentence_spans(text, line.span) if span[0] >= end]
    return [plain(text[slice(*span)]) for span in spans]


def _denials(article: Article) -> list[str]:
    """Return the sentences of an article that deny something, where there are several."""
    denials: list[str] = []
    for line in article.lines:
        says = line.kind in ("item", "prose")
        if says and stance_of(line.text) in ("not_so", "forbidden"):
            denials.append(plain(line.text))
    if 1 < len(denials) <= DENIALS:
        return denials
    return []


def _before(article: Article) -> list[str]:
    """Return the sentence before one that leans on it."""
    if not LEANING.match(unmarked(article.deciding)):
        return []
    line = article.lines[article.at]
    text = article.passages[line.passage].text
    start = article.span[0]
    before = [span for span in sentence_spans(text, line.span) if span[1] <= start]
    if before:
        return [plain(text[slice(*before[-1])])]
    for other in reversed(article.lines[: article.at]):
        below = other.kind == "item" and other.rank > line.rank >= 0
        if other.kind in ("prose", "item") and not below and not _of_a_list_inside(other, line):
            return [plain(other.text)]
    return []


def _of_a_list_inside(other: Line, line: Line) -> bool:
    """
    Whether a line before a numbered one ends a list that stands inside the paragraph before it:
    8. behind which 2. follows, in a file without indents.
    """
    alike = other.kind == line.kind == "item" and other.rank == line.rank
    return alike and item_number(other.text) >= item_number(line.text) > 0


def _opening(asked: Asked, deciding: Deciding, article: Article, words: str) -> Opening:
    """Return the name of the sentence that says yes or no; "" where that is not safe."""
    if asked.yes_no is None or not _is_about(asked, deciding, article, words):
        return ""
    answer = verdict(asked.yes_no, _stance(article))
    if not answer or _of_its_kind(asked, article):
        return ""
    exception = bool(_exceptions(article)) or _head_has_exception(article)
    limited = exception or conditional(article.deciding, asked.text)
    if answer == "no" and limited and not exception:
        return ""  # what is denied in one case may be granted in another
    return _OPENINGS[answer, limited]


def _of_its_kind(asked: Asked, article: Article) -> bool:
    """
    Whether the article speaks of a kind of thing, and the question of one that need not be like the
    others: what is said of chat services may not hold for the one the company has a contract for.
    """
    said = "\n".join((passage_title(article.passage), *(line.text for line in article.lines)))
    named = Glossary.load().members(normalise(asked.text))
    return not set(named) <= set(Glossary.load().members(normalise(said)))


def _is_about(asked: Asked, deciding: Deciding, article: Article, words: str) -> bool:
    """
    Whether a sentence is about the act asked about: it meets every word of the question, does
    nothing to a thing the question does not name, and no other line of its article that may be
    meant as well says the opposite.
    """
    candidate = deciding.candidate
    if uncovered(candidate.missing, words):
        return False
    known = f"{asked.text} {passage_title(article.passage)}"
    for thing in _OBJECT.findall(article.deciding):
        if thing not in known:
            return False
    if not uncovered(candidate.lacking, words):
        return True
    answers: set[Verdict] = set()
    for line in article.lines:
        if asked.yes_no is not None and line.kind != "row":
            answers.add(verdict(asked.yes_no, stance_of(line.text)))
    return not {"yes", "no"} <= answers


def _stance(article: Article) -> Stance:
    """Return what the deciding sentence says; an item says what the line above it says."""
    own = stance_of(article.deciding)
    heads = _heads(article)
    if not heads:
        return own
    names_an_act = _ACT.search(article.deciding)
    if own != "unknown" and not names_an_act:
        return "unknown"  # two predicates, of which either may be meant
    return stance_of_list(without_exception(heads[-1]))


def _head_has_exception(article: Article) -> bool:
    heads = _heads(article)
    return list(map(without_exception, heads)) != heads


def _heads(article: Article) -> list[str]:
    """Return the lines that announce the deciding one, outermost first."""
    numbers = above(article.lines, article.at)
    heads: list[str] = []
    for number in numbers:
        text = _last_sentence(article, article.lines[number])
        if announces(text):
            heads.append(text)
    announced = "".join(article.passage.headings[-1:])
    is_item = article.lines[article.at].kind == "item"
    if not heads and is_item and article.own == 0 and LEADS.search(announced):
        return [plain(announced)]  # what announced the list stands in a passage before this one
    return heads[-HEADS:] or _announced_headings(article)


def _announced_headings(article: Article) -> list[str]:
    """
    Return, for a line under one of several headings that a sentence before them announces, that
    sentence and the heading: 次の業務に使ってはならない。 / 2. 契約書の作成 / …
    """
    heading = ""
    headings = 0
    for number in range(article.at - 1, -1, -1):
        line = article.lines[number]
        if line.kind == "heading":
            heading = heading or line.text
            headings += 1
            continue
        leads_on = announces(line.text) and article.lines[number + 1].kind == "heading"
        if leads_on and heading:
            if headings + _headings_behind(article) < SEVERAL:
                return []
            return [_last_sentence(article, line), plain(heading)]
    return []


def _headings_behind(article: Article) -> int:
    kinds = list(map(_kind, article.lines[article.at :]))
    return kinds.count("heading")


def _kind(line: Line) -> str:
    return line.kind


def _last_sentence(article: Article, line: Line) -> str:
    """Return of a line the sentence that leads on."""
    text = article.passages[line.passage].text
    spans = sentence_spans(text, line.span)
    for number, span in enumerate(spans):
        if LEADS.search(text[slice(*span)]):
            sentence = plain(text[slice(*span)])
            behind = plain(text[span[1] : spans[min(number + 1, len(spans) - 1)][1]])
            if EXCEPTION.match(behind):
                return f"{sentence} {behind}"
            return sentence
    return plain(line.text)


def _exceptions(article: Article) -> list[str]:
    """Return the sentence right behind the deciding one where it is an exception to it."""
    following = _following(article)[:1]
    if not following and article.at + 1 < len(article.lines):
        following = [plain(article.lines[article.at + 1].text)]
    return [words for words in following if EXCEPTION.match(words)]


def _listed(article: Article, asked: Asked) -> str:
    """
    Return the items that the line announces in one row, for a line that only leads to them says
    nothing; of long ones those that fit.
    """
    if not LEADS.search(article.deciding):
        return ""
    items = [plain(text) for text in listed(article.lines, article.at)]
    if asked.wanted.kind == "steps" and items and len(items[0]) > SHORT_ITEM:
        return _first_step(items)
    return _fitting(items)


def _fitting(items: Sequence[str]) -> str:
    """Return the items that fit into one sentence, with a gap behind them where others follow."""
    fitting: list[str] = []
    length = 0
    for item in items:
        length += len(item)
        if length > ITEMS:
            break
        fitting.append(item)
    if fitting and len(fitting) < len(items):
        fitting.append("…")
    return " / ".join(fitting)


def _first_step(items: Sequence[str]) -> str:
    """Return what the first of several long steps says: a line that leads to it says none."""
    first = items[0]
    start, end = sentence_spans(first, (0, len(first)))[0]
    return first[start:end]


def listed(lines: Sequence[Line], at: int) -> list[str]:
    """Return what the line at `at` announces: the items below it, or the headings."""
    following = lines[at + 1 :]
    begun_anew = counted_anew(lines, at)
    if begun_anew:
        return [line.text for line in following[:begun_anew]]
    if following and following[0].kind == "heading":
        return [line.text for line in following if line.kind == "heading"]
    if following and not _stands_below(following[0], lines[at]):
        return []
    count = _leading_items(following)
    if count == 1:
        count += _going_on(following)
    return [line.text for line in following[:count]]


def _going_on(lines: Sequence[Line]) -> int:
    """
    Return how many items go on counting behind the first: of an article cut into its items only the
    first one is still indented, and no list has one item alone.
    """
    number = item_number(lines[0].text)
    count = 0
    for line in lines[1:]:
        if line.kind != "item" or number == 0 or item_number(line.text) != number + count + 1:
            break
        count += 1
    return count


def _stands_below(line: Line, head: Line) -> bool:
    """Whether an item may be one of those that a line announces, not the next of its own kind."""
    if head.kind != "item":
        return True
    return line.indent > head.indent or line.rank > head.rank


def _leading_items(lines: Sequence[Line]) -> int:
    count = 0
    while count < len(lines) and lines[count].kind == "item":
        if lines[count].rank < lines[0].rank or lines[count].indent < lines[0].indent:
            break
        count += 1
    return count
