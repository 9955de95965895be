"""The map of this room: all between a message and an answer, and which button leads where."""

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.actions.questions import (
    AskAgain,
    AskFollowup,
    AskMeant,
    AskPerson,
    AskPrivately,
    GiveReason,
    NewTopic,
    OpenSource,
    PublishAnswer,
    Rephrase,
    SettleHandover,
    StopFeedback,
    Vote,
)
from handlers.languages import Languages
from handlers.questions.abilities import Ability, abilities
from handlers.questions.ask import Questions
from handlers.questions.context import Context
from handlers.questions.escalation import Escalation
from handlers.questions.feedback import Feedbacks
from handlers.questions.intents import Intent
from handlers.questions.listeners import Listeners
from handlers.questions.private_answer import PrivateAnswer
from handlers.questions.reply_language import ReplyLanguage
from handlers.questions.several import Several
from handlers.questions.source_view import SourceView
from handlers.questions.threads import Talk as TalkRule
from handlers.questions.threads import Threads
from handlers.questions.welcome import Welcome
from handlers.routes import Routes


@dataclass(frozen=True, slots=True)
class QuestionsRoom:
    """The abilities of this room. `of` furnishes it."""

    ask: Questions
    threads: Threads
    sources: SourceView
    feedback: Feedbacks
    escalation: Escalation
    private_answer: PrivateAnswer
    welcome: Welcome
    several: Several
    reply_language: ReplyLanguage
    abilities: Mapping[Intent, Ability]

    @classmethod
    def of(
        cls, context: Context, *, experts: tuple[str, ...] = (), talk: TalkRule = "asker"
    ) -> "QuestionsRoom":
        """
        Furnish the room. `experts` are called for what stays open; `talk` is whose words in a
        thread are answered without a mention.
        """
        library, sessions = context.library, context.sessions
        people, texts, missed = context.people, context.texts, context.missed
        threads = Threads(sessions, texts, talk)
        listeners = Listeners(missed, context.noted)
        ask = Questions(
            context.answers, sessions, people, texts, threads, listeners, experts=experts
        )
        welcome = Welcome(library, people, texts)
        sources = SourceView(library, sessions, people, texts, context.public_url)
        feedback = Feedbacks(sessions, texts, context.happened)
        escalation = Escalation(sessions, people, texts, missed, experts)
        able = abilities(
            context,
            ask=ask,
            threads=threads,
            welcome=welcome,
            sources=sources,
            feedback=feedback,
            escalation=escalation,
        )
        return cls(
            ask,
            threads,
            sources,
            feedback,
            escalation,
            PrivateAnswer(ask, sessions, texts),
            welcome,
            Several(ask, texts),
            ReplyLanguage(threads, Languages(sessions), library, people),
            able,
        )

    def routes(self, routes: Routes) -> None:
        """Say which ability takes which button and form."""
        routes.press(AskFollowup, self.ask.followup)
        routes.press(AskMeant, self.ask.meant)
        routes.press(NewTopic, self.threads.forget)
        routes.press(AskAgain, self.ask.again)
        routes.press(PublishAnswer, self.ask.publish)
        routes.press(OpenSource, self.sources.open)
        routes.press(Vote, self.feedback.vote)
        routes.press(Rephrase, self.feedback.rephrase)
        routes.press(StopFeedback, self.feedback.rephrase)
        routes.press(GiveReason, self.feedback.ask_reason)
        routes.form(GiveReason, self.feedback.reason)
        routes.press(AskPerson, self.escalation.ask)
        routes.press(SettleHandover, self.escalation.settle)
        routes.press(AskPrivately, self.private_answer.ask)
