"""
What talk adds to a question without asking for anything: "…って何だっけ", "…をざっくり教えてください", "please tell
me".
"""

import re

_ENDING = re.compile(
    r"(?:(?:を|について|に関して|も)?(?:ざっくり|簡単に|詳しく|具体的に|一言で)?(?:教え|おしえ|説明し|まとめ)て"
    r"(?:ください(?:ませ|ますか)?|下さい|くれ(?:ます|ませんか|る)?|ほしい(?:です)?|欲しい(?:です)?"
    r"|(?:もらえ|貰え|いただけ|頂け)(?:ます(?:でしょう)?か|ません(?:でしょう)?か|ないでしょうか|ると(?:助かり|幸い|うれしい|嬉しい)(?:ます|です)?)"
    r"|(?:いただき|頂き)たい(?:です|のですが|んですが|と思います)?|よ|ね)?"
    r"|(?:を|について|に関して)?(?:御|ご)(?:教示|教授|説明)(?:ください|下さい|(?:いただけ|頂け|願え)(?:ます|ません)(?:でしょう)?か"
    r"|(?:いただけ|頂け)(?:れば|ると)(?:幸い|助かり)(?:です|ます)?)"
    r"|(?:を|について|に関して)?(?:知りたい|聞きたい)(?:です|のですが|んですが|な)?"
    r"|(?:って|とは)?(?:何|なに|なん|どう)?(?:のこと|という意味)?(?:なん|な)?(?:の|ん)?"
    r"(?:ですか|でしょうか|だっけ|でしたっけ|だろう|だろうか|かな|かしら|なの)"
    r"|って(?:何|なに)?|(?:の|よ|ね|か|かね))[\s?!。、.]*$"
)
_OPENING = re.compile(
    r"^(?:すみません|すいません|あの[ー、]|えっと|ちょっと|ちなみに|結局|そもそも)[、,\s]*"
    r"|^(?:please |could you |can you |tell me (?:about )?)[、,\s]*"
)
_ROUNDS = 3
_SHORTEST = 3  # characters that must be left


def plain(normalised: str) -> str:
    """
    Return a normalised question without its talk; what would leave hardly anything stays as it is.
    """
    text = normalised.strip()
    for pattern in (_OPENING, *(_ENDING,) * _ROUNDS):
        shorter = pattern.sub("", text).strip(" ?!。、.")
        if len(shorter) >= _SHORTEST:
            text = shorter
    return text
