"""
What somebody has heard and asks to have confirmed: 結婚祝いは3万円って聞いたんですが合ってますか.

The amount is what is asked for; looked for as it stands, it finds whatever costs 30,000 yen. So the
question is asked as if the amount were not known.
"""

import re
import unicodedata

_ASKS_FOR = {
    "円": "いくら", "日": "何日", "か月": "何か月", "ヶ月": "何か月", "カ月": "何か月",
    "年": "何年", "時間": "何時間", "回": "何回", "%": "何%", "割": "何割", "人": "何人",
    "名": "何人", "歳": "何歳", "泊": "何泊", "週間": "何週間", "分": "何分",
}  # fmt: skip
_AMOUNT = (
    r"(?:一律|確か|たしか|だいたい|大体|およそ|約)?\s*\d[\d,.]*(?:万|千|億)?"
    rf"(?P<unit>{'|'.join(sorted(_ASKS_FOR, key=len, reverse=True))})(?P<within>まで|以内)?"
)
_CONFIRMED = (
    r"(?:って|と)(?:聞|きい|きき|いう話|言われ|いわれ|思って|書いて|伺)[^。?]*?"
    r"(?:合って|あって|本当|ほんと|正し|間違い|でしょうか|ですか|けど|が$)[^。]*"
    r"|(?:です|でし(?:た)?|だ(?:った)?|でした)よね|でしたっけ|だっけ"
    r"|(?:って|で)(?:本当|ほんと|合って|あって|正し|間違い)[^。]*"
)
_PRESUMED = re.compile(rf"{_AMOUNT}(?:まで)?(?:なん|だ)?(?:{_CONFIRMED})[?。\s]*$")


def as_asked(question: str) -> str:
    """Return a question that asks for an amount where one wants a presumed amount confirmed."""
    text = unicodedata.normalize("NFKC", question)
    match = _PRESUMED.search(text)
    if match is None:
        return question
    before = text[: match.start()].rstrip("、, ")
    if not before:
        return question
    return f"{before}{_ASKS_FOR[match['unit']]}{match['within'] or ''}ですか?"
