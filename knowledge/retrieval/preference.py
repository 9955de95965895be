"""Which of two passages that say the same in two languages is shown."""

from collections.abc import Sequence

from knowledge.values import Hit, Language


def prefer(hits: Sequence[Hit], language: Language) -> list[Hit]:
    """Of a place that exists in both languages keep the asker's; the others keep their order."""
    places = set()
    for hit in hits:
        if hit.passage.language == language:
            places.add((hit.passage.document, hit.passage.place))
    preferred = []
    for hit in hits:
        place = (hit.passage.document, hit.passage.place)
        if hit.passage.language == language or place not in places:
            preferred.append(hit)
    return preferred
