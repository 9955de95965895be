"""The map of everything the bot does: which message goes to which handler."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import assert_never

from handlers.ask import Questions
from handlers.choose import Choose
from handlers.conversation import Command, Edited, Form, Message, Press, Reply, Text, Upload
from handlers.demo import Demo
from handlers.documents import Documents
from handlers.feedback import Feedbacks
from handlers.welcome import Welcome

OWN_COMMANDS = ("choose", "demo", "documents", "help")


@dataclass(frozen=True, slots=True)
class Router:
    questions: Questions
    choose: Choose
    demo: Demo
    documents: Documents
    feedback: Feedbacks
    welcome: Welcome

    def __call__(self, message: Message) -> AsyncIterator[Reply]:
        match message.content:
            case Text(text):
                return self._text(message, text)
            case Edited(text):
                return self.questions.ask(message, text)
            case Command() as command:
                return self._command(message, command)
            case Press() as press:
                return self._press(message, press)
            case Form() as form:
                return self._form(message, form)
            case Upload() as upload:
                return self.documents.upload(message, upload)
            case _:
                assert_never(message.content)

    def _text(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """A question, unless its first word names an ability: slash commands do not reach threads, plain words do."""
        word, _, rest = text.strip().partition(" ")
        word = word.removeprefix("/").lower()
        if word == "llm-choose" or (word in OWN_COMMANDS and not rest):
            return self._command(message, Command(word, rest))
        return self.questions.ask(message, text)

    def _command(self, message: Message, command: Command) -> AsyncIterator[Reply]:
        argument = command.argument.strip()
        if command.name == "llm-choose":
            word, _, rest = argument.partition(" ")
            if not argument:
                return self.choose.start(message)
            if word.lower() in OWN_COMMANDS and (not rest or word.lower() == "demo"):
                return self._command(message, Command(word.lower(), rest))
            return self.questions.ask(message, argument)
        match command.name:
            case "choose" | "decisions":
                return self.choose.command(message, command)
            case "demo":
                return self.demo.command(message, argument)
            case "documents":
                return self.documents.shelf(message)
            case _:
                return self.welcome.hello(message)

    def _press(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        room, _, verb = press.action.partition(".")
        match room, verb:
            case ("choose", _):
                return self.choose.press(message, press)
            case ("source", _):
                return self.questions.source(message, press)
            case ("ask", "followup"):
                return self.questions.followup(message, press)
            case ("demo", _):
                return self.demo.press(message, press)
            case ("document", "request") | ("human", _) | ("feedback", _) | ("ask", "rephrase"):
                return self.feedback.press(message, press)
            case ("document", _):
                return self.documents.press(message, press)
            case _:
                return self.welcome.hello(message)

    def _form(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        match form.name.partition(".")[0]:
            case "choose":
                return self.choose.form(message, form)
            case "document":
                return self.documents.form(message, form)
            case _:
                return self.feedback.form(message, form)
