"""
The thread somebody asks in as what the question is about: its discussion in short, or as the start
of the guided dialog.

What people said is quoted as they said it, and how much was read is named. Only whoever can read
the thread can ask in it.
"""

import re
import unicodedata
from collections.abc import AsyncIterator, Sequence
from typing import Literal

from handlers.actions.choose import StartChoice
from handlers.conversation import Block, Button, Buttons, Heading, Message, Paragraph, Reply, Said
from handlers.texts import Texts
from knowledge.text.sanitise import sanitise
from knowledge.values import Language

About = Literal["summary", "choose", ""]
Theme = Literal["decided", "open", "worries", "figures"]
QUOTED = 4  # remarks shown of one theme
REMARK = 120  # characters of one remark
SITUATION = 1200  # characters of a discussion that begin the guided dialog
_TALK = r"(?:議論|スレッド|やりとり|やり取り|会話|話し合い|相談)"
_THIS = r"(?:この|ここまでの|これまでの|上の|今までの)"
_SUMMARY = re.compile(
    rf"{_THIS}?{_TALK}(?:の内容)?(?:を|の)?(?:短く|簡単に)?(?:要約|まとめ)(?:て|して|を)?"
    r"(?:くれますか|もらえますか|ください|下さい|お願い(?:します)?)?"
    r"|(?:please |can you )?(?:summari[sz]e|recap|sum up) (?:this|the|our)"
    r" (?:thread|discussion|conversation)(?: so far)?(?: please)?"
    r"|what (?:have|did) we discuss(?:ed)?(?: so far| here)?"
)
_CHOOSE = re.compile(
    rf"{_THIS}{_TALK}.*(?:合う|合い|向く|向いて|お?(?:すすめ|勧め)|どの|どれ|選).*"
    r"|(?:which|what) (?:approach|method|option|way)s? (?:would )?(?:fits?|suits?|is best for)"
    r" (?:what we(?:'ve| have)? (?:discussed|said)|(?:this|our) (?:thread|discussion)).*"
)
_THEMES: tuple[tuple[Theme, re.Pattern[str]], ...] = (
    (
        "decided",
        re.compile(
            r"決(?:まり|定|め)|(?:に|と|ことに)(?:しま|しよ|なりま)|で(?:いきま|進めま|行きま)|合意"
            r"|\b(?:decided|agreed|let's go with|we will|we'll)\b",
            re.IGNORECASE,
        ),
    ),
    ("open", re.compile(r"[?？]\s*$|でしょうか|ますか[。]?$|誰が|いつまで")),
    (
        "worries",
        re.compile(
            r"懸念|心配|不安|問題|リスク|難し|厳し|できない|無理|漏[えれ]"
            r"|\b(?:worr|concern|risk|problem|cannot|can't|difficult)",
            re.IGNORECASE,
        ),
    ),
    ("figures", re.compile(r"[0-9０-９]")),
)


def about(text: str) -> About:
    """Return what a whole message asks of the thread it stands in, "" for anything else."""
    words = unicodedata.normalize("NFKC", text).strip(" 。.!?、\n").lower()
    if _SUMMARY.fullmatch(words):
        return "summary"
    return "choose" if _CHOOSE.fullmatch(words) else ""


class Discussion:
    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    async def take(self, message: Message, asked: About) -> AsyncIterator[Reply]:
        """Read the thread and do what was asked of it."""
        language, say = message.person.language, self._texts.say
        remarks = await message.talk() if message.talk else ()
        if not remarks:
            text = say("discussion.nothing", language)
            yield Reply(text, (Paragraph(text),))
            return
        people = len({remark.name for remark in remarks})
        read = say("discussion.read", language, n=len(remarks), people=people)
        if asked == "choose":
            yield self._choice(remarks, read, language)
        else:
            yield self._summary(remarks, read, language)

    def _choice(self, remarks: Sequence[Said], read: str, language: Language) -> Reply:
        say = self._texts.say
        words = _latest(remarks)
        text = f"{read}\n{say('discussion.choose', language)}"
        start = Button(say("ask.choose", language), StartChoice(situation=words), "primary")
        return Reply(text, (Paragraph(text), Buttons((start,))))

    def _summary(self, remarks: Sequence[Said], read: str, language: Language) -> Reply:
        """Return the remarks that carry the discussion, by theme, each as it was said."""
        say = self._texts.say
        blocks: list[Block] = []
        left = list(remarks)
        for theme, pattern in _THEMES:
            hits = [remark for remark in left if pattern.search(remark.text)]
            left = [remark for remark in left if remark not in hits]
            if hits:
                blocks.append(Heading(say(f"discussion.{theme}", language)))
                blocks.append(Paragraph(_listed(hits[-QUOTED:])))
        if not blocks:
            blocks.append(Paragraph(_listed(left[-QUOTED:])))
        blocks.append(Paragraph(f"{read} {say('discussion.quoted', language)}", "quiet"))
        lines = [block.text for block in blocks if isinstance(block, Heading | Paragraph)]
        return Reply("\n".join(lines), tuple(blocks))


def _listed(remarks: Sequence[Said]) -> str:
    rows = []
    for remark in remarks:
        words = " ".join(remark.text.split())
        shown = words if len(words) <= REMARK else words[: REMARK - 1] + "…"
        rows.append(f"- {sanitise(remark.name)}: {sanitise(shown)}")
    return "\n".join(rows)


def _latest(remarks: Sequence[Said]) -> str:
    """Return what was said last, as much as a button carries."""
    words = ""
    for remark in reversed(remarks):
        longer = f"{remark.text}\n{words}"
        if len(longer) > SITUATION:
            break
        words = longer
    return words.strip() or remarks[-1].text[:SITUATION]
