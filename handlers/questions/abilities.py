"""What is done about each intent: the one table of it. A new intent is one row here."""

from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial

from handlers.conversation import Message, Reply
from handlers.pointed import Pointers
from handlers.questions.adding import Adding
from handlers.questions.article import Articles
from handlers.questions.ask import Questions
from handlers.questions.context import Context
from handlers.questions.differences import Differences
from handlers.questions.document_facts import DocumentFacts
from handlers.questions.document_meant import DocumentsMeant
from handlers.questions.edition_changes import EditionChanges
from handlers.questions.escalation import Escalation
from handlers.questions.feedback import Feedbacks
from handlers.questions.first_question import FirstQuestion
from handlers.questions.foreign import Foreign
from handlers.questions.intents import Intent
from handlers.questions.last_answer import LastAnswers
from handlers.questions.mail import Mail
from handlers.questions.other_language import OtherLanguage
from handlers.questions.people_asked import PeopleAsked
from handlers.questions.restyle import Restyle
from handlers.questions.small_talk import Talk
from handlers.questions.source_view import SourceView
from handlers.questions.sources_asked import SourcesAsked
from handlers.questions.summary import Summary
from handlers.questions.threads import Threads
from handlers.questions.urgent_help import UrgentHelp
from handlers.questions.ways import Ways
from handlers.questions.welcome import Welcome

# called with the message, as from somebody who speaks the language it is answered in, and its text
Ability = Callable[[Message, str], AsyncIterator[Reply]]


def abilities(  # noqa: PLR0913  # all rooms that an intent may lead to
    context: Context,
    *,
    ask: Questions,
    threads: Threads,
    welcome: Welcome,
    sources: SourceView,
    feedback: Feedbacks,
    escalation: Escalation,
) -> Mapping[Intent, Ability]:
    """Return what is done about every intent but the lists of documents, which another room has."""
    library, people, texts = context.library, context.people, context.texts
    last = LastAnswers(library, context.sessions, people, threads)
    ways = Ways(welcome, texts)
    talk = Talk(welcome, texts, people)
    meant = DocumentsMeant(Pointers(context.sessions), last)
    summary = Summary(library, people, meant, ask, texts)
    opened = SourcesAsked(last, sources, ways, summary, texts)
    restyle = Restyle(last, threads, ways, texts)
    asked = PeopleAsked(ask, last, escalation, feedback, ways, texts)
    return {
        "help": welcome.shown,
        "add": Adding(people, texts).show,
        "choose": talk.choosing,
        "emergency": UrgentHelp(library, people, last, escalation, texts).help,
        "foreign": Foreign(ask, texts).ask,
        "hello": partial(talk.greet, "hello"),
        "morning": partial(talk.greet, "morning"),
        "evening": partial(talk.greet, "evening"),
        "work": partial(talk.greet, "work"),
        "thanks": partial(talk.word, "thanks"),
        "bye": partial(talk.word, "bye"),
        "sorry": partial(talk.word, "sorry"),
        "acknowledged": partial(talk.word, "acknowledged"),
        "link": partial(talk.word, "link"),
        "code": partial(talk.word, "code"),
        "picture": partial(talk.word, "picture"),
        "chat": partial(talk.word, "chat"),
        "praise": partial(talk.word, "praise"),
        "despair": partial(talk.word, "despair"),
        "act": partial(talk.word, "act"),
        "repeat": restyle.repeat,
        "shorter": restyle.shorter,
        "bullets": restyle.bullets,
        "recap": restyle.recap,
        "asked_before": restyle.asked_before,
        "first": FirstQuestion(ask, threads, ways).ask,
        "mail": Mail(last, ways, texts).write,
        "translated": OtherLanguage(library, people, last, ways, texts).show,
        "source": opened.show,
        "more": opened.whole,
        "summary": summary.outline,
        "facts": DocumentFacts(library, people, meant, ask, texts).show,
        "differences": Differences(library, people, last, ask, texts).show,
        "article": Articles(library, people, last, meant, ask, texts).show,
        "changes": EditionChanges(library, people, last, ask, texts).show,
        "person": asked.person,
        "feedback": asked.feedback,
        "wrong": asked.wrong,
    }
