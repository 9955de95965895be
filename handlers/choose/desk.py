"""What a person finds of the guided dialog at the beginning: what is unfinished, what is done."""

from handlers.actions.choose import OpenTeam, ResumeRun, ShowHistory
from handlers.choose.runs import Runs
from handlers.choose.wording import Wording
from handlers.conversation import Block, Button, Buttons, Message, Paragraph
from handlers.sessions import SessionsUnavailable
from handlers.texts import Texts


async def rows(message: Message, runs: Runs, texts: Texts) -> tuple[Block, ...]:
    """Return what this person can go on with; nothing where there is nothing, or no memory."""
    say = Wording.to(message, texts)
    try:
        running = await runs.active(message.person.id)
        finished = await runs.history(message.person.id)
    except SessionsUnavailable:
        return ()
    blocks: list[Block] = []
    buttons: list[Button] = []
    if running is not None and not running.blank:
        day, answered = running.began[:10], len(running.answers)
        blocks.append(Paragraph(say("desk_unfinished", date=day, count=answered)))
        buttons.append(Button(say("resume"), ResumeRun(running.id), "primary"))
        if running.team:
            buttons.append(Button(say("desk_team"), OpenTeam(running.team)))
    if finished:
        buttons.append(Button(say("history", count=len(finished)), ShowHistory()))
    if buttons:
        blocks.append(Buttons(tuple(buttons), "desk"))
    return tuple(blocks)
