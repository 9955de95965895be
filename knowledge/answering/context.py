"""
What a model reads beside the passages that were found: the rest of their articles, and a small
document as a whole. A passage is a cut, and the exception to a rule may stand in the next one.
"""

from collections.abc import Sequence

from knowledge.answering.articles import Surroundings
from knowledge.retrieval.source import PassageSource
from knowledge.text.provisions import whole
from knowledge.values import Hit, Passage

FIRST = 3  # hits, of which the article is read whole
NEAR = 3  # passages looked at on either side of one
SMALL = 8_000  # characters up to which a document is read whole
SHARE = 0.6  # of all that may be read, for the first article: others were found, too
MOST = 24  # passages looked at on either side to learn whether a document is small


async def in_context(
    source: PassageSource, hits: Sequence[Hit], readers: frozenset[str], characters: int
) -> tuple[Hit, ...]:
    """
    Return the hits, each among the passages of its article in their order, those of a small
    document among all of its passages; each passage once. Slides stand alone. No article brings
    more along than its share of `characters`, so that what was found is among what is read.

    Raises:
        LibraryUnavailable: the index did not answer.
    """
    if not isinstance(source, Surroundings):
        return tuple(hits)
    known = {hit.passage.id: hit for hit in hits}
    read: dict[str, Hit] = {}
    for number, hit in enumerate(hits):
        passage = hit.passage
        article = [passage]
        if number < FIRST and passage.id not in read and passage.kind != "slide":
            around = MOST if number == 0 else NEAR
            near = await source.neighbours(passage, readers=readers, around=around)
            article = _within(_article(passage, near), passage, int(characters * SHARE))
        for one in article:
            read.setdefault(one.id, known.get(one.id, Hit(one, 0.0)))
    return tuple(read.values())


def _within(article: Sequence[Passage], passage: Passage, characters: int) -> list[Passage]:
    """Return those of an article's passages nearest to one of them that together are no longer."""
    near = [passage]
    left = characters - _size(passage)
    for one in sorted(article, key=lambda other: abs(other.position - passage.position)):
        if one.id == passage.id:
            continue
        left -= _size(one)
        if left < 0:
            break
        near.append(one)
    return sorted(near, key=_position)


def _article(passage: Passage, near: Sequence[Passage]) -> list[Passage]:
    """Return all of a small document, or what stands at the passage's own place around it."""
    together = sorted([*near, passage], key=_position)
    begins = together[0].position == 1
    ends = together[-1].position < passage.position + MOST
    if begins and ends and len(near) > NEAR and sum(map(_size, together)) <= SMALL:
        return together
    by_position = {one.position: one for one in together}
    first = last = passage.position
    while _same_place(by_position.get(first - 1), passage) and passage.position - first < NEAR:
        first -= 1
    while _same_place(by_position.get(last + 1), passage) and last - passage.position < NEAR:
        last += 1
    return [by_position[position] for position in range(first, last + 1)]


def _same_place(other: Passage | None, passage: Passage) -> bool:
    if other is None:
        return False
    own, its = passage.place, other.place
    if whole(own.label) != own.label or whole(its.label) != its.label:
        return (own.kind, whole(own.label)) == (its.kind, whole(its.label))
    return its == own


def _position(passage: Passage) -> int:
    return passage.position


def _size(passage: Passage) -> int:
    return len(passage.text)
