"""
The kinds of thing a question asks for (who, when, how many, why, a name) and what shows that a
sentence has one.
"""

import re
from collections.abc import Collection

_NUMERAL = "[0-9〇一二三四五六七八九十百千万億兆数半]"
ASKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("who", re.compile(r"誰|だれ|どなた|人物|何者|\bwho\b|\bwhose\b")),
    ("where", re.compile(r"どこ|何処|どちら|場所|何県|何国|どの(?:国|県|都市|地|部署)|\bwhere\b")),
    (
        "when",
        re.compile(
            r"いつ|何年|何月|何日|何時|何世紀|何曜|時期|期限|年代|\bwhen\b|what time|what year|how long"
        ),
    ),
    (
        "number",
        re.compile(
            r"いくつ|いくら|[どこ](?:の|れ)(?:くらい|ぐらい|程度)|割合|人数|何[%割倍人個つ回本台枚歳才番位円話巻種名分秒文字件社キメト度]"
            r"|how (?:many|much|long|often)|\bprice\b|\bcost\b|percent"
        ),
    ),
    (
        "money",
        re.compile(
            r"いくら|費用|値段|価格|料金|単価|何(?:円|ドル)|how much|\bprice\b|\bcosts?\b|\bfee\b"
        ),
    ),
    ("percent", re.compile(r"何(?:%|パーセント|割)|割合|percent|what share")),
    ("why", re.compile(r"なぜ|何故|どうして|理由|原因|きっかけ|\bwhy\b|\breason\b")),
    (
        "name",
        re.compile(
            r"何と(?:いう|言う|呼|称)|何て呼|名前|名称|呼ばれ|呼ぶ|別名|略称|タイトル|\bcalled\b|\bname\b"
        ),
    ),
    (
        "compare",
        re.compile(
            r"違い|違う|異な|(?:比較|比べ)(?!(?:さ|し)?(?:せ|てもら|て貰|て(?:も)?い))"
            r"|どっち|どちら|同じ|\bcompar|\bdifferen|\bversus\b|\bvs\b"
        ),
    ),
    (
        "choice",  # which approach fits us?
        re.compile(
            r"(?:どの(?:方式|方法|アプローチ|手段|やり方|選択肢|モデル)|どれ[をが]|(?:うち|[自弊当御]社|会社).*(?:どう|何|どっち|どちら))"
            r".*(?:いい|良い|よい|合[うっ]|向[いく]|選|べき|お?すすめ|勧め|適)"
            r"|\b(?:which|what)\b.*\b(?:approach|method|option|model|way)\b.*"
            r"\b(?:fits?|suits?|best|right|should|recommend|choose)\b"
            r"|\b(?:which|what)\b.*\b(?:best|right)\b.*\b(?:approach|method|option|way)\b"
            r"|\bwhat should we (?:choose|use|do)\b"
        ),
    ),
    (
        "how",
        re.compile(
            r"方法|手順|やり方|どうやって|どのように|どうすれば|\bhow (?:do|can|should|to)\b"
        ),
    ),
)
# What a unit shows, one bit each, decided when a passage is added; a question of that kind looks
# for it.
CUES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "when",
        re.compile(
            rf"{_NUMERAL}+ ?(?:年|月|日|時|世紀|週|年代)|時代|紀元"
            r"|\b\d{1,2}:\d\d\b|\b[12]\d{3}\b|\b\d+ (?:day|week|month|year)"
        ),
    ),
    ("number", re.compile(rf"{_NUMERAL}")),
    (
        "why",
        re.compile(
            r"ため|から|ので|により|によって|理由|原因|ことで|せいで|because|since|due to|so that|in order to"
        ),
    ),
    ("name", re.compile(r"「|『|と呼|という|と言|と称|略|別名|\(|called|known as")),
    ("digits", re.compile(r"\d")),
    ("money", re.compile(rf"{_NUMERAL} ?(?:円|ドル|ユーロ|yen\b|dollar|euro)|[¥$€] ?\d")),
    ("percent", re.compile(rf"{_NUMERAL} ?(?:%|パーセント|割|percent)|半分|半数|\bhalf\b")),
    (
        "how",
        re.compile(
            r"方法|手順|場合は|まず|申請|してください|することで|\bby \w+ing\b|first|must|should"
        ),
    ),
)
_COUNTER = re.compile(r"何([^\sかとがをはにのでも、。?て]{1,2})")


def recommends(question: str) -> bool:
    """Report whether a question asks which approach fits whoever asks it."""
    return bool(dict(ASKS)["choice"].search(question.lower()))


def cues(normalised: str) -> int:
    """Return the bits of what a unit's text shows."""
    return sum(1 << bit for bit, (_, pattern) in enumerate(CUES) if pattern.search(normalised))


def bits(*names: str) -> int:
    """Return the bits of these cues; what is not among `CUES` has none."""
    return sum(1 << bit for bit, (name, _) in enumerate(CUES) if name in names)


def unmistakable(kinds: Collection[str]) -> int:
    """
    Return the bits of what an answer to these kinds must show, whatever else it says: no price
    without money.
    """
    return bits(*(kind for kind in ("money", "percent") if kind in kinds))


def counted(normalised: str) -> str:
    """Return the first letter of what a question counts: 年 in 何年, メ in 何メートル; empty for none."""
    match = _COUNTER.search(normalised)
    return match[1][0] if match else ""
