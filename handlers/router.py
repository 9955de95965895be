"""The map of everything the bot does: which message goes to which handler."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Literal, assert_never

from handlers.actions.action import Action
from handlers.actions.choose import AskAboutResult, StartChoice
from handlers.actions.questions import AskExample, AskTopic
from handlers.actions.registry import read
from handlers.attachments import unread
from handlers.channel_rules import ChannelRules
from handlers.choose.model_admin import ModelAdmin
from handlers.choose.router import JOIN, WORDS, Choose
from handlers.conversation import (
    Audience,
    Block,
    Command,
    Edited,
    File,
    Form,
    Message,
    Paragraph,
    Press,
    Reply,
    Text,
    Upload,
)
from handlers.demo.demo import Demo
from handlers.documents.router import Documents
from handlers.personal.router import Personal, asks_for_own
from handlers.questions.discussion import Discussion, about
from handlers.questions.hear import hear
from handlers.questions.intents import Intent, Mode, mode
from handlers.questions.labels import Labels
from handlers.questions.router import QuestionsRoom
from handlers.questions.several import questions_in
from handlers.questions.threads import thread_request
from handlers.routes import Routes
from handlers.texts import Texts
from knowledge.text.courtesy import answer_language

OWN_COMMANDS = ("choose", "demo", "documents", "model", "help")
AT_HOME = ("home", "help")  # commands that show what somebody left unfinished
WITH_WORDS = ("choose", "demo", "documents")  # own commands that take words after their name
# what people write in a thread, where slash commands do not reach
CHOOSE = frozenset({"導入方式の診断", "診断", "方式えらび", "方式を選ぶ"})


class Router:
    """Hands each message to one room. Buttons and forms find their handler by their action."""

    def __init__(
        self,
        questions: QuestionsRoom,
        choose: Choose,
        demo: Demo,
        documents: Documents,
        model: ModelAdmin,
        texts: Texts,
    ) -> None:
        self.questions = questions.ask
        self.threads = questions.threads
        self.feedback = questions.feedback
        self.demo = demo
        self._room = questions
        self._meet = documents.context.people.names.meet
        self._choose = choose
        choose.follow(self.threads.answer)
        self._documents = documents
        self._model = model
        self._texts = texts
        self._labels = Labels(texts)
        room = documents.context
        self._discussion = Discussion(texts)
        self._channel_rules = ChannelRules(room.sessions, room.people, texts)
        self._routes = Routes()
        questions.routes(self._routes)
        documents.routes(self._routes)
        choose.routes(self._routes)
        demo.routes(self._routes)
        model.routes(self._routes)
        self._routes.form(AskAboutResult, self._about)
        self._routes.press(AskExample, self._example)
        self._routes.press(AskTopic, self._topic)
        self._personal: Personal | None = None

    def take_in(self, personal: Personal) -> None:
        """Let people ask what is kept of them."""
        self._personal = personal
        personal.routes(self._routes)

    def __call__(self, message: Message) -> AsyncIterator[Reply]:
        self._meet(message.person)
        if message.person.role == "external":
            return self._outsider(message)
        return self._heard(message)

    def _heard(self, message: Message) -> AsyncIterator[Reply]:
        match message.content:
            case Text() as text:
                return self._said(message, text)
            case Edited() as edited:
                return self._edited(message, edited)
            case Command() as command:
                return self._command(message, command)
            case Press() as press:
                return self._press(message, press)
            case Form() as form:
                return self._form(message, form)
            case Upload() as upload:
                return self._upload(message, upload)
            case _:
                assert_never(message.content)

    def _example(self, message: Message, action: AskExample) -> AsyncIterator[Reply]:
        """Ask an example as if it had been typed."""
        text = self._room.welcome.question(action, message.person.language)
        return self._spoken(message, text)

    async def _topic(self, message: Message, action: AskTopic) -> AsyncIterator[Reply]:
        """Ask about a topic of a document as if it had been typed."""
        text = await self._room.welcome.topic(message, action)
        if not text:
            yield self._room.welcome.gone(message)
            return
        async for reply in self._spoken(message, text):
            yield reply

    async def _outsider(self, message: Message) -> AsyncIterator[Reply]:
        """Say who may ask, to somebody from elsewhere who addresses us."""
        if message.direct:
            text = self._texts.say("actions.outsider", message.person.language)
            yield Reply(text, (Paragraph(text, "note"),))

    def leads(self, text: str) -> Mode | Literal[""]:
        """Return where a text leads besides the documents, "" for a question to them."""
        intent = hear(text)
        if intent is not None:
            return mode(intent)
        if thread_request(text) or asks_for_own(text) or self._labels.names_button(text):
            return "talk"
        return ""

    # ------------------------------------------------------------------------- what people say

    def _said(self, message: Message, text: Text) -> AsyncIterator[Reply]:
        if not message.direct:
            return self._overheard(message)
        if text.files:
            return self._with_files(message, text.text, text.files)
        return self._text(message, text.text)

    async def _with_files(
        self, message: Message, text: str, files: Sequence[File]
    ) -> AsyncIterator[Reply]:
        """Answer what was asked, and say what became of the files beside it."""
        async for reply in self._text(message, text):
            if reply.final:
                language = _in_language_of(text, message).person.language
                yield unread(reply, files, self._texts, language)
            else:
                yield reply

    async def _overheard(self, message: Message) -> AsyncIterator[Reply]:
        """Talk that names nobody is answered only where the thread's rule says so."""
        if isinstance(message.content, Text) and await self.threads.listens(message):
            async for reply in self._text(message, message.content.text):
                yield reply

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
        stands_alone = word in OWN_COMMANDS and not rest
        if word == "llm-choose" or stands_alone or _names_choice(word, rest):
            return self._command(message, Command(word, rest))
        return self._typed(message, text)

    async def _typed(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """
        An answer to the question the dialog has open here, else what people say. A later question
        of ours what was meant comes first.
        """
        replies = None
        put = await self._choose.open(message)
        if put is not None and not await self.threads.asks_back(message.place, put.after):
            replies = await self._choose.typed(message, put, text)
        if replies is None:
            replies = self._spoken(message, text)
        async for reply in replies:
            yield reply

    def _spoken(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """
        What people say: a request for this thread, the label of a button, talk, or a question to
        the documents.
        """
        requested = self._requested(message, text)
        if requested is not None:
            return requested
        if self._labels.names_button(text):
            return self._labelled(message, text)
        intent = hear(text)
        if intent is None:
            return self._asked(message, text)
        return self._talk(message, text, intent)

    def _requested(self, message: Message, text: str) -> AsyncIterator[Reply] | None:
        """What is asked of the bot itself, about this place or this person; None for the rest."""
        if thread_request(text):
            return self.threads.obey(message, text)
        if self._personal is not None and asks_for_own(text):
            return self._personal.asked(_in_language_of(text, message))
        of_thread = about(text) if message.talk is not None else ""
        if of_thread:
            return self._discussion.take(_in_language_of(text, message), of_thread)
        return self._channel_rules.asked(message, text)

    def _asked(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """A question to the documents, or several of them at once."""
        questions = questions_in(text)
        if len(questions) > 1:
            return self._room.several.ask(_in_language_of(text, message), questions)
        return self.questions.ask(message, text)

    async def _labelled(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Press the button a message names, as it stands under the last answer here."""
        action = self._labels.action(text, await self.threads.answer(message.place))
        if action is not None:
            async for reply in self._press(_in_language_of(text, message), action.press):
                yield reply

    async def _talk(self, message: Message, text: str, intent: Intent) -> AsyncIterator[Reply]:
        """Do what was meant, in the language of the talk."""
        language = await self._room.reply_language.language(message, text)
        speaking = replace(message, person=replace(message.person, language=language))
        replies = self._able(speaking, text, intent)
        async for reply in replies:
            yield reply

    def _able(self, message: Message, text: str, intent: Intent) -> AsyncIterator[Reply]:
        if intent in ("documents", "drafts", "overdue"):
            return self._documents.asked(message, intent)
        return self._room.abilities[intent](message, text)

    # ------------------------------------------------------------------------- commands and files

    def _command(self, message: Message, command: Command) -> AsyncIterator[Reply]:
        argument = command.argument.strip()
        match command.name:
            case "llm-choose":
                return self._llm_choose(message, argument)
            case "choose" | "decisions":
                return self._choose.command(message, command)
            case "demo":
                return self._demo(message, argument)
            case "documents":
                return self._documents.command(message, argument)
            case "model":
                return self._model.show(message)
            case name:
                return self._begin(message, name)

    async def _begin(self, message: Message, name: str) -> AsyncIterator[Reply]:
        """Say what can be done here; to somebody alone with us also what they left unfinished."""
        rows: tuple[Block, ...] = ()
        if message.audience.private and name in AT_HOME:
            rows = (*await self._choose.desk(message), *await self._documents.desk.rows(message))
        replies = self._talk(message, name, "help")
        if name == "prompts":
            replies = self._room.welcome.prompts(message)
        async for reply in replies:
            yield replace(reply, blocks=(*reply.blocks, *rows))

    def _llm_choose(self, message: Message, argument: str) -> AsyncIterator[Reply]:
        """The one slash command: an own command after it, else what one says to the bot."""
        if not argument:
            return self._choose.start(message)
        word, _, rest = argument.partition(" ")
        name = word.lower()
        if name in WITH_WORDS or (name in OWN_COMMANDS and not rest):
            return self._command(message, Command(name, rest))
        if _names_choice("choose", argument):
            return self._choose.command(message, Command("choose", argument))
        return self._spoken(message, argument)

    def _demo(self, message: Message, argument: str) -> AsyncIterator[Reply]:
        if argument and self.leads(argument):
            return self._spoken(message, argument)
        return self.demo.command(message, argument)

    def _upload(self, message: Message, upload: Upload) -> AsyncIterator[Reply]:
        if self._model.takes(upload):
            return self._model.upload(message, upload)
        return self._documents.upload(message, upload)

    # ------------------------------------------------------------------------- buttons and forms

    def _press(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        action = read(press)
        if action is None or isinstance(
            action, StartChoice
        ):  # a dialog speaks its person's language
            return self._routes.pressed(message, action) or self._old(message)
        return self._pressed(message, action)

    async def _pressed(self, message: Message, action: Action) -> AsyncIterator[Reply]:
        """Do what a button does, in the language of the answer it stands under."""
        answer = getattr(action, "answer", "")
        if isinstance(answer, str) and answer:
            language = await self.questions.language(answer, message.person.language)
            message = replace(message, person=replace(message.person, language=language))
        async for reply in self._routes.pressed(message, action) or self._old(message):
            yield reply

    def _form(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        return self._routes.sent(message, read(form), form) or self._old(message)

    async def _old(self, message: Message) -> AsyncIterator[Reply]:
        """Say that a button or form is of no use any more: nothing is guessed from what is left."""
        text = self._texts.say("actions.old", message.person.language)
        yield Reply(text, (Paragraph(text, "note"),), private=True)

    async def _about(
        self, message: Message, action: AskAboutResult, form: Form
    ) -> AsyncIterator[Reply]:
        """
        Answer a question about a result: the result becomes part of its person's talk, then the
        question is asked.

        Both are theirs alone: neither the answer nor what is remembered for later questions reaches
        the channel.
        """
        text = form.values.get("text", "").strip()
        if not text:
            async for reply in self._choose.press(message, action):
                yield reply
            return
        own = _own_talk(message)
        if self.leads(text):
            async for reply in self._spoken(own, text):
                yield replace(reply, private=True)
            return
        told = await self._choose.told(message, action, text)
        if told is not None:
            yield told
            return
        topic = await self._choose.topic(message, action)
        if topic is not None:
            subject, outcome = topic
            await self.questions.mention(own, subject, outcome)
            text = f"{subject}: {text}"
        async for reply in self.questions.ask(own, text):
            yield replace(reply, private=True)


def _own_talk(message: Message) -> Message:
    """Return the message as part of its person's own talk, where others read along."""
    if message.audience.private:
        return message
    person = message.person.id
    own_place, alone = f"{message.place}:{person}", Audience(person, private=True)
    return replace(message, place=own_place, audience=alone)


def _in_language_of(text: str, message: Message) -> Message:
    """Return the message as from somebody who speaks the language of a text."""
    person = message.person
    language = answer_language(text, person.language)
    return replace(message, person=replace(person, language=language))


def _names_choice(word: str, rest: str) -> bool:
    """
    Report whether plain words mean the guided dialog: "choose team", "choose join t_1…", and no
    whole sentence.
    """
    first, _, more = rest.strip().partition(" ")
    if word != "choose" or first not in WORDS:
        return False
    one_name = first in JOIN and " " not in more.strip()
    return not more or one_name
