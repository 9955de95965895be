"""What people said in a thread of Slack, read when somebody asks about it."""

import logging

from bot.slack.objects import dictionary, rows, word
from bot.slack.parse import typed
from bot.slack.payload import Json, Payload
from bot.slack.people import Directory
from bot.slack.refusals import Refused, Unanswered
from bot.slack.workspaces import Workspaces
from handlers.conversation import Said

log = logging.getLogger(__name__)
MOST = 100  # messages of a thread that are read, the latest
PAGE = 200  # messages Slack gives at once
PAGES = 10  # that are asked for, of a very long thread


class DiscussionReader:
    def __init__(self, workspaces: Workspaces, directory: Directory) -> None:
        self._workspaces = workspaces
        self._directory = directory

    async def read(self, payload: Payload) -> tuple[Said, ...]:
        """
        Return the latest remarks of the thread a message stands in, oldest first: without that
        message, without bots and what they were asked. None where Slack shows us nothing.
        """
        remarks = []
        for row in (await self._messages(payload))[-MOST:]:
            text = typed(word(row, "text"), payload.bot)
            if text:
                name = await self._directory.name(payload.team, word(row, "user"))
                remarks.append(Said(name, text))
        return tuple(remarks)

    async def _messages(self, payload: Payload) -> list[Json]:
        messages: list[Json] = []
        cursor = ""
        api = self._workspaces.of(payload.team)
        for _ in range(PAGES):
            arguments: Json = {"channel": payload.channel, "ts": payload.thread, "limit": PAGE}
            if cursor:
                arguments["cursor"] = cursor
            try:
                answer = await api.call("conversations.replies", **arguments)
            except (Refused, Unanswered) as error:
                log.warning("a thread could not be read", extra={"reason": str(error)})
                break
            messages += [dictionary(row) for row in rows(answer.get("messages"))]
            cursor = word(dictionary(answer.get("response_metadata")), "next_cursor")
            if not cursor:
                break
        return [row for row in messages if self._is_remark(row, payload)]

    def _is_remark(self, row: Json, payload: Payload) -> bool:
        """Report whether a person said it, and not to us."""
        to_us = bool(payload.bot) and f"<@{payload.bot}" in word(row, "text")
        by_bot = bool(row.get("bot_id")) or word(row, "user") in ("", payload.bot)
        return not to_us and not by_bot
