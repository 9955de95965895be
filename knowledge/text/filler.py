"""
What talk adds to a question without asking for anything: "…って何だっけ", "…をざっくり教えてください", "please tell
me".
"""

import re

_WISHES = r"(?:挙げ|あげ|教え|おしえ|列挙し|リストアップし|並べ|示し|まとめ|説明し|紹介し|答え|書い|出し|し)"
_AS = re.compile(  # how many, or in which form: no document holds that because it answers
    r"(?:(?:を|は|の?うち|から|について)?[、,]?(?:主な|代表的な)?"
    r"(?:(?:[0-9]{1,2}|[一二三四五六七八九十]|ひと|ふた|みっ|いく)(?:つ|個|点|項目)(?:だけ|ほど|くらい|に)?"
    r"|(?:表|箇条書き|リスト|一覧)(?:で|に|形式で))(?:を)?[、,]?"
    rf"{_WISHES}て(?:ください|下さい|くれ(?:ます|ませんか|る)?|ほしい|もらえますか|いただけますか|よ|ね)?"
    r"|[ ,]+(?:in|as) (?:a |an )?(?:table|list|bullets?|bullet points|short|brief|plain english"
    r"|simple (?:words|terms)|one sentence|a few words)(?: please)?"
    r"|[ ,]+like (?:i'?m|i am) (?:five|5|a child|a beginner))[\s?!。、.]*$"
)
_LISTING = re.compile(
    r"^(?:please |pls |can you |could you )*(?:list|name|give me|tell me|show me)"
    r" (?:the |some |a few |all )?(?:(?:top |main |key )?"
    r"(?:[0-9]{1,2}|two|three|four|five|six|seven|eight|nine|ten) )(?:main |key |most important )?"
)
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
# what's, i'm, the company's; whats
_SHORTENED = re.compile(
    r"(?<=[a-z])['’](?:s|m|re|ve|ll|d)\b|(?<=\bwhat)s\b|(?<=\bhow)s\b|(?<=\bwhen)s\b"
)
_ROUNDS = 3
_SHORTEST = 3  # characters that must be left


def plain(normalised: str) -> str:
    """
    Return a normalised question without its talk; what would leave hardly anything stays as it is.
    """
    text = normalised.strip()
    for pattern in (_LISTING, _OPENING, _AS, *(_ENDING,) * _ROUNDS):
        shorter = pattern.sub("", text).strip(" ?!。、.")
        if len(shorter) >= _SHORTEST:
            text = shorter
    return _SHORTENED.sub("", text)
