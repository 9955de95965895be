"""The map of everything the bot does: which message goes to which handler."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from handlers.choose.model_admin import ModelAdmin
from handlers.choose.router import JOIN, WORDS, Choose
from handlers.conversation import (
    Audience,
    Command,
    Edited,
    Form,
    Message,
    Press,
    Reply,
    Text,
    Upload,
)
from handlers.demo.demo import Demo
from handlers.documents.router import Documents
from handlers.questions.ask import Questions
from handlers.questions.escalation import Escalation
from handlers.questions.feedback import Feedbacks
from handlers.questions.hear import Intent, Mode, hear, mode
from handlers.questions.labels import Labels
from handlers.questions.private_answer import PrivateAnswer
from handlers.questions.small_talk import Talk
from handlers.questions.source_view import SourceView
from handlers.questions.threads import Threads, wish
from handlers.questions.welcome import Welcome
from knowledge.text.language import language_of

OWN_COMMANDS = ("choose", "demo", "documents", "model", "help")
CHOOSE = frozenset(
    {"方式えらび", "方式を選ぶ"}
)  # what people write in a thread, where slash commands do not reach


@dataclass(frozen=True, slots=True)
class Router:
    questions: Questions
    choose: Choose
    demo: Demo
    documents: Documents
    feedback: Feedbacks
    welcome: Welcome
    model: ModelAdmin
    threads: Threads
    opening: SourceView
    escalation: Escalation
    alone: PrivateAnswer
    talk: Talk
    labels: Labels

    def __call__(self, message: Message) -> AsyncIterator[Reply]:
        match message.content:
            case Text(text) if not message.direct:
                return self._overheard(message, text)
            case Text(text):
                return self._text(message, text)
            case Edited() as edited:
                return self._edited(message, edited)
            case Command() as command:
                return self._command(message, command)
            case Press() as press:
                return self._press(message, press)
            case Form() as form:
                return self._form(message, form)
            case Upload() as upload if self.model.takes(upload):
                return self.model.upload(message, upload)
            case Upload() as upload:
                return self.documents.upload(message, upload)
            case _:
                assert_never(message.content)

    async def _overheard(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Talk that names nobody is answered only where the thread's rule says so."""
        if await self.threads.listens(message):
            async for reply in self._text(message, text):
                yield reply

    def leads(self, text: str) -> Mode | Literal[""]:
        """Return where a text leads besides the documents, "" for a question to them."""
        intent = hear(text)
        if intent is not None:
            return mode(intent)
        return "talk" if wish(text) or self.labels.press(text) else ""

    async def _edited(self, message: Message, edited: Edited) -> AsyncIterator[Reply]:
        """A changed question; what has become mere talk is nothing to answer."""
        if not self.leads(edited.text):
            async for reply in self.questions.edited(message, edited):
                yield reply

    def _text(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """
        A question, unless its first word names an ability: slash commands do not reach threads,
        plain words do.
        """
        word, _, rest = text.strip().partition(" ")
        word = word.removeprefix("/").lower()
        if word in CHOOSE:
            return self._command(message, Command("choose", rest))
        if word == "llm-choose" or (
            word in OWN_COMMANDS and (not rest or _names_choice(word, rest))
        ):
            return self._command(message, Command(word, rest))
        return self._said(message, text)

    def _said(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """
        What people say: a wish for this thread, the label of a button, talk, or a question to the
        documents.
        """
        if wish(text):
            return self.threads.obey(message, text)
        if self.labels.press(text):
            return self._labelled(message, text)
        intent = hear(text)
        return (
            self.questions.ask(message, text)
            if intent is None
            else self._talk(message, text, intent)
        )

    async def _labelled(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Press the button a message names, as it stands under the last answer here."""
        press = self.labels.press(text, await self.threads.answer(message.place))
        if press is not None:
            async for reply in self._press(_speaking(message, text), press):
                yield reply

    def _talk(self, message: Message, text: str, intent: Intent) -> AsyncIterator[Reply]:
        heard = _speaking(message, text)
        match intent:
            case "help":
                return self.welcome.hello(heard)
            case "documents":
                return self.documents.command(heard, "")
            case "choose":
                return self.talk.choosing(heard)
            case "hello" | "morning" | "evening" | "work":
                return self.talk.greet(heard, intent)
            case "thanks" | "bye" | "sorry" | "acknowledged" | "wrong" | "link":
                return self.talk.word(heard, intent)
            case _:
                assert_never(intent)

    def _command(self, message: Message, command: Command) -> AsyncIterator[Reply]:
        argument = command.argument.strip()
        if command.name == "llm-choose":
            word, _, rest = argument.partition(" ")
            if not argument:
                return self.choose.start(message)
            if word.lower() in OWN_COMMANDS and (
                not rest or word.lower() in ("demo", "choose", "documents")
            ):
                return self._command(message, Command(word.lower(), rest))
            if _names_choice("choose", argument):
                return self.choose.command(message, Command("choose", argument))
            return self._said(message, argument)
        match command.name:
            case "choose" | "decisions":
                return self.choose.command(message, command)
            case "demo" if argument and self.leads(argument):
                return self._said(message, argument)
            case "demo":
                return self.demo.command(message, argument)
            case "documents":
                return self.documents.command(message, argument)
            case "model":
                return self.model.show(message)
            case _:
                return self.welcome.hello(message)

    def _press(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        room, _, verb = press.action.partition(".")
        match room, verb:
            case ("choose", _):
                return self.choose.press(message, press)
            case ("model", _):
                return self.model.press(message, press)
            case ("source", _):
                return self.opening.source(message, press)
            case ("ask", "followup" | "meant"):
                return self.questions.suggested(
                    message, press, "followups" if verb == "followup" else "choices"
                )
            case ("ask", "again"):
                return self.questions.again(message, press)
            case ("private", _):
                return self.alone.press(message, press)
            case ("human", "done"):
                return self.escalation.done(message, press)
            case ("human", _):
                return self.escalation.ask(message, press)
            case ("demo", _):
                return self.demo.press(message, press)
            case ("feedback", _) | ("ask", "rephrase"):
                return self.feedback.press(message, press)
            case ("document", _):
                return self.documents.press(message, press)
            case _:
                return self.welcome.hello(message)

    def _form(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        match form.name.partition(".")[0]:
            case "choose" if form.name == "choose.question" and form.values.get("text", "").strip():
                return self._about(message, form)
            case "choose":
                return self.choose.form(message, form)
            case "document":
                return self.documents.form(message, form)
            case "demo":
                return self.demo.form(message, form)
            case _:
                return self.feedback.form(message, form)

    async def _about(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        """
        Answer a question about a result: the result becomes part of its person's talk, then the
        question is asked.

        Both are theirs alone: neither the answer nor what is remembered for later questions reaches
        the channel.
        """
        text, own = form.values["text"].strip(), _own_talk(message)
        if self.leads(text):
            async for reply in self._said(own, text):
                yield replace(reply, private=True)
            return
        topic = await self.choose.topic(message, form)
        if topic is not None:
            await self.questions.mention(own, *topic)
            text = f"{topic[0]}: {text}"
        async for reply in self.questions.ask(own, text):
            yield replace(reply, private=True)


def _own_talk(message: Message) -> Message:
    """Return the message as part of its person's own talk, where others read along."""
    if message.audience.private:
        return message
    person = message.person.id
    return replace(
        message, place=f"{message.place}:{person}", audience=Audience(person, private=True)
    )


def _speaking(message: Message, text: str) -> Message:
    """Answer talk in the language it is in."""
    person = message.person
    return replace(message, person=replace(person, language=language_of(text, person.language)))


def _names_choice(word: str, rest: str) -> bool:
    """
    Report whether plain words mean the guided dialog: "choose team", "choose join t_1…", and no
    whole sentence.
    """
    first, _, more = rest.strip().partition(" ")
    return (
        word == "choose"
        and first in WORDS
        and (not more or (first in JOIN and " " not in more.strip()))
    )
