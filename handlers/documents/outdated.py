"""
Which answers given lately would read otherwise: those that quote what a new version no longer says.
"""

from handlers.documents.context import Context
from handlers.sessions import SessionsUnavailable
from knowledge.values import Document, Version

CITED = "cited"  # the index of the answers that cite a document


async def outdated(context: Context, document: Document, version: Version) -> tuple[str, ...]:
    """
    Return the questions of the last day whose answers quote `document` with words that `version` no
    longer has, latest first.

    Answers are kept for a day, so there is nothing older to compare; without Redis there are none
    at all.
    """
    if version.state != "staged" or not document.current:
        return ()
    try:
        ids = await context.sessions.index_list(document.id, CITED)
        kept = [
            record
            for id_ in ids
            if (record := await context.sessions.load("answer", id_)) is not None
        ]
    except SessionsUnavailable:
        return ()
    library = await context.library()
    quotes = [
        (r["question"], quote)
        for r in kept
        for _, _, quote, cited, _ in r["cited"]
        if cited == document.id
    ]
    still = await library.standing(version.id, [quote for _, quote in quotes])
    return tuple(
        dict.fromkeys(
            question for (question, _), stands in zip(quotes, still, strict=True) if not stands
        )
    )
