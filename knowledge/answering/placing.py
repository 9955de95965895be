"""
Where the sentence that answers stands, as people are told it: its document, the heading it is
counted under, its paragraph, page or sheet, and the heading right above it.
"""

from dataclasses import replace

from knowledge.answering.articles import Article
from knowledge.text.outline import item_number
from knowledge.text.parts import parts_of, with_parts
from knowledge.text.sanitise import quoted, sanitise
from knowledge.text.titles import titled
from knowledge.values import Language, Passage, Place


def place_of(article: Article, language: Language) -> str:
    """Return where an article stands: its document, its paragraph, page or sheet, its heading."""
    passage = article.passage
    title = titled(passage.title, language)
    parts = [title, *_parent(passage, title)]
    if passage.place.kind != "part" and passage.place.label not in ("", passage.title):
        parts.append(sanitise(_part_of(article).to(language)))
    heading = _heading(article)
    named = (*parts, sanitise(passage.place.to(language)))
    if heading and heading not in named:
        parts.append(heading)
    if len(parts) == 1 and passage.place.kind in ("slide", "page"):
        parts.append(passage.place.to(language))
    return " ".join(parts)


def placed(words: str, place: str, language: Language) -> str:
    """Return words with their place before the last stop."""
    if not place:
        return words
    body = words.rstrip("。．.!！")
    sign = words[len(body) :]
    if language == "ja" and not body.isascii():
        return f"{body}({place}){sign}"
    return f"{body} ({place}){sign}"


def _parent(passage: Passage, title: str) -> list[str]:
    """Return the heading over a numbered one, which may say what its numbers are counted of."""
    over, last = ["", "", *passage.headings][-2:]
    parent = sanitise(over)
    if item_number(last) == 0 or parent in ("", title, passage.title):
        return []
    return [parent]


def _part_of(article: Article) -> Place:
    """Return the place of the deciding line, with its paragraph and item of the article."""
    line = article.lines[article.at]
    passage = article.passages[line.passage]
    label = passage.place.label
    begins = max(article.span[0], line.span[0])
    return replace(passage.place, label=with_parts(label, parts_of(label, passage.text, begins)))


def _heading(article: Article) -> str:
    """Return the heading right above the deciding line, without its marks."""
    for line in reversed(article.lines[: article.at + 1]):
        if line.kind == "heading":
            return quoted(line.text.strip("#* \u3000>"))
    return ""
