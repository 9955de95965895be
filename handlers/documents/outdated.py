"""
Which answers given lately would read otherwise: those that quote what a new version no longer says.
"""

from handlers.answer_records import AnswerRecords
from handlers.documents.context import Context
from handlers.sessions import SessionsUnavailable
from knowledge.values import Document, Version


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
        records = await AnswerRecords(context.sessions).citing(document.id)
    except SessionsUnavailable:
        return ()
    questions: list[str] = []
    quotes: list[str] = []
    for record in records:
        for cited in record.cited:
            if cited.document == document.id:
                questions.append(record.question)
                quotes.append(cited.quote)
    library = await context.library()
    standing = await library.standing(version.id, quotes)
    fallen = []
    for question, stands in zip(questions, standing, strict=True):
        if not stands:
            fallen.append(question)
    return tuple(dict.fromkeys(fallen))
