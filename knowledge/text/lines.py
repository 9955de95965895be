"""
What a line of text says of itself and of the next one: how wide it is, whether it ends a sentence,
begins an item or goes on.

Judged by words, signs and markers alone; where a line stood on its page is the readers' business.
"""

import re
import unicodedata
from functools import lru_cache

MARKER = re.compile(
    r"[ \t\u3000]*(?:[-*+][ \t]+|[・•◦●○■□◆◇▶▪✓※][ \t\u3000]*|[①-⑳㋐-㋾][ \t\u3000]*"
    r"|[(（](?:\d{1,3}|[０-９]{1,3}|[a-zA-Z]|[ivx]{1,4}|[一二三四五六七八九十]{1,3}|[ア-ンｱ-ﾝ])[)）][ \t\u3000]*"
    r"|(?:\d{1,3}|[０-９]{1,3}|[a-zA-Z]|[ivx]{2,4})[.)．）](?![\d０-９])[ \t\u3000]*"
    r"|\d{1,3}(?:\.\d{1,3})+\.?[ \t\u3000]+"
    r"|第\s*[0-9０-９一二三四五六七八九十百]+\s*[編部章節条項号](?:の[0-9０-９一二三四五六七八九十]+)?(?=[\s(（「]|$))"
)
_NUMBERED = re.compile(
    r"[ \t\u3000]*(?:[一二三四五六七八九十ア-ン０-９][ \t\u3000]+|\d{1,2}[ \t\u3000](?=[ぁ-んァ-ヶ一-龠]))"
)
_JAPANESE = r"\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
# signs that take no space beside a line's end
UNSPACED = rf"[{_JAPANESE}\u3000-\u3002\u3008-\u3020\uff01-\uff60]"
_CLOSERS = r"[」』）)】〕”’\"'*_\]]*(?:\[\d{1,3}\])*\s*$"
_ENDED = re.compile(rf"[。．！？!?]{_CLOSERS}")
ANNOUNCED = re.compile(rf"[:：]{_CLOSERS}")
_STOPPED = re.compile(rf"[.…]{_CLOSERS}")
_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|No|Nos|vs|e\.g|i\.e|cf|Fig|Sec|Art|approx|[A-Z]))\.$"
)
_QUOTED = re.compile(r"[」』）)]\s*$")
_RULE = re.compile(r"[-=_*~\s|:+]{3,}")
ROW = re.compile(r"\S[ \u3000]*\t\s*\S|\S\s+\|\s|^\s*\||\S(?: {3,}|\u3000{2,})\S")
_HEADING = re.compile(r"\s*(?:#{1,6}\s|</?[a-z]+[ />]|```|~~~|【|\*\*[^*]+\*\*\s*$|\[[^\]]*\]\s*$)")
ARTICLE = re.compile(r"\s*第\s*[0-9０-９一二三四五六七八九十百]+\s*[編部章節条][^。、]{0,40}$")
QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
_LABEL = re.compile(
    rf"\s*(?:\*\*)?(?:[A-Z][\w /&-]{{0,24}}|[{_JAPANESE}・A-Za-z]{{1,12}})(?:\*\*)?\s?[:：](?![\d/])"
)
_OPEN = re.compile(
    r"(?:[,，、；(（「『【〔［\[&/・]|[-\u2010\u2013\u2014]"
    r"|\b(?:the|an?|of|to|for|and|or|nor|not|in|on|at|by|with|from|is|are"
    r"|was|were|be|been|must|may|shall|should|can|will|that|which|who|than|as|if|when|your|their"
    r"|our|its|this|these|those|any"
    r"|no|only|before|after|within|without|per|about|under|into|unless|until|between|has|have|do"
    r"|does))\s*$",
    re.IGNORECASE,
)
_PARTICLE = re.compile(
    r"(?:(?<![こもひなごふ])[とのに]|[はがをへもや]|(?<!つい)(?<!関し)(?<!当たっ)(?<!あたっ)[てで]|(?:であ|すれ|なけれ|られ|れ)ば"
    r"|から|より|など|なく|ずに|つつ|ながら|たり|および|及び|または|又は|並びに|若しくは|もしくは|かつ|ただし)\s*$"
)
_KANJI = r"一-龠々ァ-ヶー"
_GOES_ON = re.compile(
    rf"\s*(?:[、。，．）)」』】〕］ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々]|を|へ(?=[、{_KANJI}])|が(?=[、{_KANJI}あなで])"
    rf"|は(?=[、{_KANJI}「\d])"
    rf"|に(?!もかかわらず|おいては?、)(?=[、{_KANJI}はもよつお対関限な])|の(?=[、{_KANJI}「]|うち|ため|場合|とき)"
    rf"|と(?=[、しすな{_KANJI}」])"
    rf"|で(?=[、{_KANJI}あきすし])|も(?=[、{_KANJI}])|や(?=[{_KANJI}])"
    r"|され|させ|せず|せる|しな[いけくが]|して|した|しま|すれ|する(?!と)|ない|なけれ|なく|なら[なず]|なり|なる|られ|れ[るた]|ら[れな]"
    r"|ます|まし|ませ|です|でし|だ[。、けっ]|た[。、もめら場]|ため|こと(?!ば)|もの(?!づ)|とき(?!どき)|ところ(?!で)|場合(?!によって)|だけ|のみ|まで"
    r"|ください"
    r"|い[るたてなま]|おり|あ[りっ]|ある(?=[。、場との])|[いうくしすつぬむりるた][、。])"
)
_BRACKETS = ("（）", "()", "「」", "『』", "【】", "〔〕")
_OPENING = re.compile(r"[（(「『【〔]")
TAIL = 40  # characters at a line's end that tell whether it ends something
SEEN = 2048  # lines whose judgement is remembered, for each is asked for several times


def columns(text: str) -> int:
    """Return how wide `text` is in a fixed-width font: two for a wide letter."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


@lru_cache(maxsize=SEEN)
def may_go_on(line: str, following: str) -> bool:
    """Whether nothing forbids that `following` is the rest of `line`'s sentence."""
    return not (parted(line, following) or ended(line, following))


@lru_cache(maxsize=SEEN)
def parted(line: str, following: str) -> bool:
    """
    Whether one of two lines is no part of a paragraph, or the second begins something of its own.
    """
    mark, next_mark = QUOTE.match(line), QUOTE.match(following)
    if mark and next_mark:
        line, following = line[mark.end() :], following[next_mark.end() :]
    elif next_mark:
        return True
    own = line[mark.end() :] if (mark := MARKER.match(line)) else line
    mark = MARKER.match(following)
    if (
        not own.strip()
        or not following.strip()
        or (mark and not mark.group().strip().startswith("第"))
    ):
        return True
    if any(
        _RULE.fullmatch(one) or ROW.search(one) or _HEADING.match(one) for one in (own, following)
    ):
        return True
    begins = mark or _NUMBERED.match(following) or _LABEL.match(following)
    return bool(begins) and not unfinished(line)


def says_so(line: str, following: str) -> bool:
    """Whether the words on either side of a line's end show that the sentence goes on."""
    small = following.lstrip()[:1]
    return (
        unfinished(line) or bool(_GOES_ON.match(following)) or (small.islower() and small.isascii())
    )


@lru_cache(maxsize=SEEN)
def unfinished(line: str) -> bool:
    tail = line.rstrip()[-TAIL:]
    return bool(_OPEN.search(tail) or _PARTICLE.search(tail)) or unclosed(line)


def unclosed(line: str) -> bool:
    return bool(_OPENING.search(line)) and any(
        line.count(pair[0]) > line.count(pair[1]) for pair in _BRACKETS
    )


@lru_cache(maxsize=SEEN)
def ended(line: str, following: str = "") -> bool:
    """Whether a line ends a sentence, or announces what follows it."""
    small = following.lstrip()[:1]
    tail = line.rstrip()[-TAIL:]
    if _ENDED.search(tail):
        return not (unclosed(line) or (_QUOTED.search(tail) and _GOES_ON.match(following)))
    if unclosed(line) or not (_STOPPED.search(tail) or ANNOUNCED.search(tail)):
        return False
    return not (_ABBREVIATED.search(tail) or (small.islower() and small.isascii()))
