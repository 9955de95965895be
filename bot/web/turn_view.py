"""A turn of talk into HTML: the answer, what one can do with it, where to go on. Pure."""

from dataclasses import dataclass, field
from html import escape

from bot.web.blocks import Blocks
from bot.web.conversations import Article
from bot.web.forms import Forms
from bot.web.icons import icon
from bot.web.markup import Markup
from bot.web.pages import Place
from bot.web.tools import Tools
from handlers.conversation import Block, Buttons, Feedback, Paragraph, Sources, Steps
from knowledge.values import Language


@dataclass(slots=True)
class _Parts:
    """
    The blocks of a reply by where they stand: the answer, its sources, how it was made, the tools,
    and where to go on.
    """

    answer: list[Block] = field(default_factory=list)
    strip: list[Block] = field(default_factory=list)
    made: list[Block] = field(default_factory=list)
    tools: list[Block] = field(default_factory=list)
    follow: list[Block] = field(default_factory=list)


class TurnView:
    """Draws one turn of talk. Who only `reads` can press nothing."""

    def __init__(
        self, forms: Forms, blocks: Blocks, article: Article, place: Place, *, reads: bool
    ) -> None:
        self._forms = forms
        self._say = forms.say
        self._blocks = blocks
        self._article = article
        self._place = place
        self._reads = reads

    def body(self, language: Language, asked: str) -> str:
        """
        Return all below the question, for a reader of `language`; `asked` is the form of what the
        reply asks.
        """
        article = self._article
        parts = self._sorted()
        spoken = ""
        if article.language != language:
            spoken = f' lang="{article.language}"'
        words = self._words(parts, asked) + self._each(parts.strip) + self._each(parts.made)
        answer = f'<div class="answer" id="a{article.turn}"{spoken}>{words}</div>'
        if self._reads:
            return answer + self._stopped()
        if article.busy:
            return answer + self._waiting()
        tools = Tools(self._forms, article, self._place).row(parts.tools)
        return f"{answer}{self._stopped()}{tools}{self._each(parts.follow)}"

    def _sorted(self) -> _Parts:
        parts = _Parts()
        blocks = self._article.reply.blocks
        cited = any(isinstance(block, Sources) for block in blocks)
        for block in blocks:
            if isinstance(block, Sources):
                parts.strip.append(block)
            elif isinstance(block, Feedback):
                parts.tools.append(block)
            elif isinstance(block, Buttons) and self._reads:
                continue
            elif isinstance(block, Buttons) and cited:
                kind = parts.follow if block.row == "followup" else parts.tools
                kind.append(block)
            elif cited and isinstance(block, Paragraph) and block.tone == "quiet":
                parts.made.append(block)
            else:
                parts.answer.append(block)
        return parts

    def _words(self, parts: _Parts, asked: str) -> str:
        """Return the answer itself; a reply without any block is its text."""
        reply = self._article.reply
        drawn = self._blocks.all(parts.answer)
        if reply.ask is not None and not self._reads:
            return drawn + asked
        if not drawn and self._article.busy:
            return self._getting_ready(reply.text)
        return drawn or Markup().prose(reply.text)

    def _each(self, blocks: list[Block]) -> str:
        return "".join([self._blocks.block(block) for block in blocks])

    def _getting_ready(self, text: str) -> str:
        """Return what stands before the first reply, or while other questions come first."""
        clock = f'<span class="num" data-tick data-unit="{self._say("seconds")}"></span>'
        step = f'<li class="now"><span class="dot"></span><span>{escape(text)}</span>{clock}</li>'
        return f'<ol class="steps">{step}</ol>'

    def _waiting(self) -> str:
        """Return what stands below a reply that is not over: the rest to come, a way to stop."""
        article = self._article
        hint = ""
        if any(not isinstance(block, Steps) for block in article.reply.blocks):
            hint = f'<span class="tiny soft">{self._say("checked_first")}</span>'
        button = f"<button>{icon('stop')}{self._say('stop')}</button>"
        form = f'<form method="post" action="/turns/{article.turn}/stop" data-stop>{button}</form>'
        ghost = '<div class="ghost" aria-hidden="true"><span></span><span></span></div>'
        return f'{ghost}<div class="row stopping">{form}{hint}</div>'

    def _stopped(self) -> str:
        if not self._article.stopped:
            return ""
        return self._blocks.note(f"<p>{self._say('stopped')}</p>", "note")
