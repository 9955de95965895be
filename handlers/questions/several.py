"""
Several questions in one message, answered one by one below each other.

One that leans on the question before it ("それはいつまで?") is asked after it in the same talk; a
sentence that asks nothing of its own stays with the one before.
"""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace

from handlers.conversation import (
    Block,
    Buttons,
    Details,
    Feedback,
    Flat,
    Heading,
    Message,
    Paragraph,
    Reply,
    Sources,
    Table,
)
from handlers.questions.ask import Questions
from handlers.texts import Texts
from knowledge.text.analysis import JAPANESE
from knowledge.text.courtesy import LONGEST, asking, asks_something
from knowledge.text.pieces import Piece, joined, pieces
from knowledge.text.sanitise import sanitise
from knowledge.text.topic import complete, lacks_topic, others_in, topics
from knowledge.values import Answer, Citation, Sentence

PAIR = 2
MOST = 5  # questions answered at a time
LISTED = 10  # that are named besides
NAMED = 120  # characters of a question that is only named
# a question with one of these asks something of its own, be it about what was asked before it
_WHICH = re.compile(
    r"何|いつ|誰|だれ|どこ|どう|どの|どれ|どちら|なぜ|いくら|いくつ|\b(?:wh\w+|how)\b",
    re.IGNORECASE,
)
_FORM = re.compile(r"で(?:お)?(?:答え|回答|書い|記入)[^。]{0,8}$")  # "漢字で答えよ": how, not what
_OF = re.compile(r"(?:は|って)[\s?？。]*$")
_MARK = re.compile(r"\[(\d{1,2})\]")
_CIRCLED = re.compile(r"[①-⑳]|(?<=[?？。\s])[(（]\d[)）]")
_ITEM = re.compile(r"^\s*(?:[-*・•]|[(（]?\d{1,2}[.)）:、]|[①-⑩]|q\d{1,2}[.:)]?)\s*", re.IGNORECASE)
_ADDED = re.compile(r"^[(（]?(?:あと|それと|それから|ついでに)[、,]?(?=\S{2})|(?<=[?？])[)）]$")
_THING = re.compile(r"[^。?？]{2,40}")  # an item that names a thing and asks nothing
_TELL = re.compile(
    r"教え|ご教示|知りたい|お聞き|伺い|お尋ね|お知らせ|ご回答|質問|確認|\b(?:tell|know|questions?|explain)\b",
    re.IGNORECASE,
)
_PREDICATE = re.compile(r"(?:る|です|ます|い|た|か)$")
_ASK_EN = r"(?:what|how|when|where|who|which|can|do|does|is|are|may|must|should|will)\b"
_PAIRS = (
    re.compile(
        r"(?:^|[、,])(?P<a>[^、,。]{2,30}?)(?:と|や)?[、,](?:あと|それと|それから|ついでに|加えて)(?:は)?[、,]?"
        r"(?P<b>[^、,。]{2,60})$"
    ),
    re.compile(
        r"(?:^|[、,])(?P<a>[^。]{2,60}?か)(?:と)?[、,](?:また|それと|あと|および|及び|加えて)[、,]?"
        r"(?P<b>[^。]{2,60}?か)(?:[、,]|を|について)*(?:ご教示|教えて|知りたい|お聞き|伺い|ご回答|お知らせ|確認)"
    ),
    re.compile(
        rf"(?:^|[:;] ?)(?P<a>{_ASK_EN}[^?]{{4,120}}?),? and (?:also )?"
        rf"(?P<b>{_ASK_EN}[^?]{{4,120}})",
        re.IGNORECASE,
    ),
)


def questions_in(text: str) -> tuple[str, ...]:
    """Return the questions of a message, each one whole; one alone is the message itself."""
    if len(text) > LONGEST:
        return (text,)
    groups: list[list[Piece]] = []
    itemised = _CIRCLED.sub(r"\n- ", text)
    for part in pieces(asking(itemised)):
        words = _ADDED.sub("", _ITEM.sub("", part.text))
        stands_alone = asks_something(words) and (words != part.text or _asks_its_own(words))
        if not groups or (stands_alone and _asks(groups[-1])):
            groups.append([])
        groups[-1].append(Piece(words, part.gap))
    if len(groups) < PAIR:
        return _listed(text) or _paired(asking(text)) or (text,)
    return _unnumbered([joined(group).strip() for group in groups])


def _listed(text: str) -> tuple[str, ...]:
    """
    Return the things a message lists and asks to be told of, each as a question; () where it lists
    none. Each is asked of what the lines around the list are about.
    """
    things: list[str] = []
    around: list[str] = []
    for line in text.splitlines():
        item = _ITEM.sub("", line).strip()
        if not item:
            continue
        if item == line.strip() or not _THING.fullmatch(item):
            around.append(line)
        else:
            things.append(item)
    told = "\n".join(around)
    if len(things) < PAIR or not _TELL.search(told):
        return ()
    shared = topics(asking(told))[:1]
    named: list[str] = []
    for thing in things:
        of = [topic for topic in shared if topic not in thing]
        named.append("の".join([*of, thing]))
    return tuple(_of_a_thing(thing) for thing in named)


def _of_a_thing(thing: str) -> str:
    if JAPANESE.search(thing):
        return f"{thing}は?"
    return f"What about {thing}?"


def _paired(sentence: str) -> tuple[str, ...]:
    """
    Return the two questions of one sentence: 宿泊費の上限と、あと日当って…?, "what is …, and do I …?"; ()
    for one.
    """
    text = sentence.strip()
    for form in _PAIRS:
        match = form.search(text)
        if match is None:
            continue
        first, second = match["a"].strip(" 、,"), match["b"].strip(" 、,")
        if not (topics(first) and topics(second)):
            continue
        if not asks_something(f"{first}?") or lacks_topic(f"{second}?"):
            continue
        where = others_in(text[: match.start("a")])[:1]  # 大阪に出張する予定で、…
        return (_asked("の".join([*where, first])), _asked(second))
    return ()


def _asked(part: str) -> str:
    """Return a part of a sentence as a question."""
    if part.endswith(("?", "か")) or not JAPANESE.search(part):
        return f"{part.rstrip('?')}?"
    if _WHICH.search(part) or _PREDICATE.search(part):
        return f"{part}?"
    return f"{part}は?"


def _unnumbered(questions: Sequence[str]) -> tuple[str, ...]:
    """Return questions without their own numbers, where they are counted from 1 on: "1…", "2…"."""
    bare: list[str] = []
    for number, question in enumerate(questions, 1):
        if not question.startswith(str(number)):
            return tuple(questions)
        bare.append(question.removeprefix(str(number)).strip())
    return tuple(bare)


def _asks_its_own(sentence: str) -> bool:
    """Report whether a sentence that asks is a question of its own, and no plea or afterthought."""
    if _FORM.search(sentence):
        return False
    named = _OF.search(sentence) and topics(sentence)
    return bool(_WHICH.search(sentence) or named) or complete(sentence)


def _asks(group: Sequence[Piece]) -> bool:
    return any(asks_something(part.text) for part in group)


class Several:
    def __init__(self, questions: Questions, texts: Texts) -> None:
        self._questions = questions
        self._texts = texts

    async def ask(self, message: Message, questions: Sequence[str]) -> AsyncIterator[Reply]:
        """Answer each question by itself, and show all answers as one reply."""
        language, say = message.person.language, self._texts.say
        asked, rest = questions[:MOST], questions[MOST:]
        intro = say("requests.several_intro", language, n=len(asked))
        spoken: list[str] = [intro]
        blocks: list[Block] = [Paragraph(intro, "quiet")]
        sources = 0
        answers: list[Answer] = []
        for number, question in enumerate(asked, 1):
            last = Reply("")
            part = replace(message, id=f"{message.id}:{number}")
            async for reply in self._questions.ask(part, question):
                last = reply
                if not reply.final:
                    yield reply
            head = f"{number}. {sanitise(question)}"
            spoken += ["", head, _renumbered(last.text, sources)]
            blocks.append(Heading(head))
            shown = [*last.blocks] or [Paragraph(last.text)]
            blocks += _of_answer(shown, sources)
            if last.answer is not None:
                answers.append(_counted_on(last.answer, sources))
            sources += _sources_of(last.blocks)
        if rest:
            left = say("requests.several_rest", language, n=MOST)
            named = "\n".join(f"- {sanitise(question[:NAMED])}" for question in rest[:LISTED])
            spoken += ["", left, named]
            blocks.append(Paragraph(f"{left}\n{named}", "note"))
        whole = _together(answers, "\n".join(questions))
        yield Reply("\n".join(spoken), tuple(blocks), answer=whole)


def _counted_on(answer: Answer, before: int) -> Answer:
    """Return an answer whose sources are counted on from those of the answers before it."""
    sentences: list[Sentence] = []
    for sentence in answer.sentences:
        numbers = tuple(number + before for number in sentence.citations)
        sentences.append(replace(sentence, citations=numbers))
    citations = [replace(one, number=one.number + before) for one in answer.citations]
    return replace(answer, sentences=tuple(sentences), citations=tuple(citations))


def _together(answers: Sequence[Answer], question: str) -> Answer | None:
    """Return several answers as one, for machines; refused only where all were."""
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    best: Answer | None = None
    for answer in answers:
        sentences += answer.sentences
        citations += answer.citations
        if best is None or best.mode == "refused":
            best = answer
    if best is None:
        return None
    return replace(best, question=question, sentences=tuple(sentences), citations=tuple(citations))


def _of_answer(blocks: Sequence[Block], before: int) -> Iterator[Block]:
    """Yield the blocks of one answer among several, its sources counted on from `before`."""
    for block in blocks:
        if _is_answer(block):
            yield _numbered_on(block, before)


def _is_answer(block: Block) -> bool:
    """Report whether a block belongs to an answer among several; what asks for more does not."""
    if isinstance(block, Buttons | Feedback):
        return False
    return not (isinstance(block, Paragraph) and block.tone == "quiet")


def _numbered_on(block: Block, before: int) -> Block:
    """Return a block whose sources are counted on from those of the answers before it."""
    match block:
        case Paragraph(text=text, whole=whole):
            return replace(block, text=_renumbered(text, before), whole=_renumbered(whole, before))
        case Details(title, inner, is_open):
            counted: list[Flat] = []
            for one in inner:
                numbered = _numbered_on(one, before)
                if not isinstance(numbered, Details):
                    counted.append(numbered)
            return Details(title, tuple(counted), is_open)
        case Sources(items, answer):
            moved = [replace(item, number=item.number + before) for item in items]
            return Sources(tuple(moved), answer)
        case Table(rows=rows):
            cells = [tuple(_renumbered(cell, before) for cell in row) for row in rows]
            return replace(block, rows=tuple(cells))
        case Heading(text):
            return Paragraph(f"**{text}**")  # one heading a question
        case _:
            return block


def _renumbered(text: str, before: int) -> str:
    def moved(mark: re.Match[str]) -> str:
        return f"[{int(mark[1]) + before}]"

    return _MARK.sub(moved, text) if before else text


def _sources_of(blocks: Sequence[Block]) -> int:
    """Return the highest number of a source among blocks."""
    numbers = [0]
    for block in blocks:
        if isinstance(block, Sources):
            numbers += [item.number for item in block.items]
    return max(numbers)
