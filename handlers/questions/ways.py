"""Where to go on when something was asked of an answer that is not there."""

from handlers.actions.questions import AskAgain, AskPerson, GiveReason
from handlers.conversation import Button, Buttons, Message, Paragraph, Reply
from handlers.questions.last_answer import LastAnswer
from handlers.questions.welcome import Welcome
from handlers.texts import Texts


class Ways:
    def __init__(self, welcome: Welcome, texts: Texts) -> None:
        self._welcome = welcome
        self._texts = texts

    async def nothing(self, message: Message, last: LastAnswer) -> Reply:
        """Say that there is no answer to do anything with, and what can be done instead."""
        language, say = message.person.language, self._texts.say
        if last.gone:
            text = say("requests.gone", language)
            again = Button(say("ask.ask_again", language), AskAgain(answer=last.id), "primary")
            return Reply(text, (Paragraph(text), Buttons((again,))))
        if last.id:
            text = say("requests.refused", language)
            person = Button(say("ask.person", language), AskPerson(last.id))
            return Reply(text, (Paragraph(text), Buttons((person,))))
        text = say("requests.nothing", language)
        return Reply(text, (Paragraph(text), self._welcome.buttons(language)))

    def about(self, message: Message, last: LastAnswer) -> tuple[Button, ...]:
        """Return what can be done about an answer that was wrong; none where there is none."""
        if not last.id:
            return ()
        language, say = message.person.language, self._texts.say
        why = Button(say("requests.tell_why", language), GiveReason(last.id), "primary")
        return why, Button(say("ask.person", language), AskPerson(last.id))
