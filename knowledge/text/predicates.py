"""
What a rule says of an act, and what a question asks about one: allowed, forbidden, due, not due, or
simply so or not so.

Told by the last predicate of a Japanese sentence and by the one modal of an English one. Where that
cannot be told safely (two negations, two predicates that contradict each other) nothing is told: to
say the opposite of a rule is worse than to say nothing.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Stance = Literal["allowed", "forbidden", "due", "not_due", "so", "not_so", "may_happen", "unknown"]
Verdict = Literal["yes", "no", ""]
TAIL = 34  # characters at the end of a Japanese sentence that hold its predicate

Forms = tuple[tuple[Stance, re.Pattern[str]], ...]

_BRACKETED = re.compile(r"[（(][^（()）]*[)）]")
_END = re.compile(r"[\s。．.!！?？」』]+$")
# what turns a predicate around, or leaves open which way it goes
_TWISTED = re.compile(
    r"禁止(?:され|し)て(?:い)?(?:な|ませ)|禁じられて(?:い)?(?:な|ませ)|わけでは(?:ない|ありません)"
    r"|とは限ら|とも限ら|ないことは(?:な|あり)|なくは(?:ない|あり)|ざるを得|ないものではな"
    r"|限りでは?(?:な|あり)|できな(?:い|く)?(?:こと|わけ)は|かもしれ|違反(?:しない|とならない|にはならない)"
    r"|(?:禁止|制限|拒否|拒む|取り?消|中止|減額|停止|解除|返還|断る|認めない)[^。、]{0,12}(?:ことが)?(?:でき|ある|あります)"
    r"|反しない|問題(?:は)?ない|支障(?:が|は)?ない|妨げない|差し支え"
)
_CONTRAST = re.compile(
    r"(?:でき|よい|よろし|認め|可能|禁止|ない|ません|ならな)[^。]{0,6}(?:が|けれども?|ものの)、"
)
_SENTENCES: Forms = (
    (
        "not_due",
        re.compile(
            r"(?:必要|義務)(?:は|が|も)?(?:ない|ありません|無い|なし)$|要しない$|要しません$"
            r"|不要(?:とする|です|である|だ)?$|必要とし(?:ない|ません)$"
            r"|(?:なくて|ないで|ずに)も?(?:よい|いい|良い|構わない|かまわない)(?:ものとする|こととする|です)?$"
        ),
    ),
    ("may_happen", re.compile(r"(?:こと|場合|とき)(?:が|も)(?:ある|あります|あり得る|ありえる)$")),
    (
        "forbidden",
        re.compile(
            r"(?:て|で|ちゃ|じゃ)は?(?:ならない|なりません|いけない|いけません|だめです|ダメです)$"
            r"|(?:こと|もの)(?:は|が)(?:でき|出来)(?:ない|ません)(?:ものとする)?$"
            r"|(?:でき|出来)(?:ない|ません)(?:ものとする|こととする)?$"
            r"|禁止(?:とする|する|します|です|である|されている|されています|しています)?$|禁じる$|禁ずる$"
            r"|不可(?:とする|です|である)?$|認め(?:ない|ません|られない|られません)(?:ものとする)?$"
            r"|許可し(?:ない|ません)$|ないこと(?:とする)?$|(?:ないで|控えて)(?:ください|下さい)$"
            r"|(?:使え|入れられ|持ち出せ|受けられ|見られ|取れ|出せ|もらえ)(?:ない|ません)$"
        ),
    ),
    (
        "allowed",
        re.compile(
            r"(?:こと|もの)(?:は|が)(?:でき|出来)(?:る|ます)(?:ものとする|こととする)?$"
            r"|(?:でき|出来)(?:る|ます)(?:ものとする|こととする)?$"
            r"|(?:て|で)も?(?:よい|いい|良い|構わない|構いません|かまわない|差し支えない)(?:ものとする|こととする|です)?$"
            r"|(?:を|も)認め(?:る|ます)(?:ものとする)?$|許可(?:する|します)$|可(?:能)?(?:とする|です|である)?$"
            r"|(?:使え|入れられ|持ち出せ|受けられ|見られ|取れ|出せ)(?:る|ます)$"
        ),
    ),
    (
        "due",
        re.compile(
            r"(?:なければ|なくては)(?:ならない|なりません|いけない|いけません)$|ねばならない$"
            r"|必要(?:が|も)(?:ある|あります)$|必要(?:とする|です|である)$|(?:を|が)要(?:する|します)$"
            r"|義務(?:がある|を負う|づけられている)$|(?:て|で)(?:ください|下さい)$"
            r"|(?:する|行う|受ける|得る|提出する|届け出る)(?:ものとする|こと|こととする)$"
        ),
    ),
    (
        "not_so",
        re.compile(
            r"(?:しない|しません|行わない|行いません|ない|ありません|いない|いません|出ません|対象外(?:とする|です|である)?"
            r"|除く|除外する)(?:ものとする|こととする|です)?$"
        ),
    ),
    (
        "so",
        re.compile(
            r"(?:する|します|ある|あります|なる|なります|行う|行います|受ける|出る|出ます|与える|与えます|られる|られます"
            r"|支払う|払う|支払います|払います|含む|含みます|対象(?:とする|です|である))(?:ものとする|こととする)?$"
        ),
    ),
)
_ENGLISH: Forms = (
    (
        "not_due",
        re.compile(
            r"\b(?:do|does|need|are|is) not (?:need|have) to\b|\bneed not\b|\bno need\b"
            r"|\b(?:not|n't) (?:required|necessary|needed|mandatory|obliged)\b"
            r"|\bdon't (?:need|have) to\b"
        ),
    ),
    (
        "forbidden",
        re.compile(
            r"\b(?:must|may|shall|should|can|could) ?not\b|\bcan't\b|\bmustn't\b|\bprohibited\b"
            r"|\bforbidden\b|\bbanned\b|\b(?:not|never) (?:be )?(?:allowed|permitted)\b"
            r"|^(?:never|do not|don't)\b"
        ),
    ),
    (
        "due",
        re.compile(
            r"\b(?:must|shall|should|have to|has to|needs? to|required|mandatory|obliged)\b"
        ),
    ),
    ("allowed", re.compile(r"\b(?:may|can|allowed|permitted|free to|entitled|eligible)\b")),
    (
        "not_so",
        re.compile(r"\b(?:does|do|did|is|are|was|were|will|has|have) not\b|n't\b|\bno\b|\bnone\b"),
    ),
)
_TWISTED_EN = re.compile(
    r"\bnot (?:prohibited|forbidden|banned|uncommon|unusual|impossible)\b|\bnot only\b"
    r"|\b(?:cannot|can't|must not|may not|never|no|not)\b.*\b(?:without|unless|until|but)\b"
    r"|\b(?:may|can|must|will|shall) (?:refuse|deny|reject|prohibit|withdraw|restrict|suspend"
    r"|revoke|cancel)"
    r"|\bwhether\b|\bif not\b|\botherwise\b|\bnot necessarily\b"
)
# a condition without which the predicate does not hold
_ONLY = re.compile(
    r"に限|のみ|だけ|以外|を除|除き|原則|ただし|但し|場合は?この限り|得た(?:とき|場合)|限度|上限"
    r"|\b(?:only|unless|except|provided|as long as|if|when|where|in principle|generally"
    r"|with (?:the )?(?:approval|consent|permission)|subject to|after|before|upon)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"([^、。]{2,60}?)(?:場合|とき|際|時)(?:に限り|に限って|に|は|には|、)")
_OF_ITEMS = re.compile(
    r"(?P<said>[^。]*(?:でき(?:る|ない)|てよい|てもよい|てはならない|必要な|可能な))"
    r"(?:者|人|もの|物|こと|場合|とき|行為|情報|範囲|業務|データ|ツール|サービス|書類|費用)"
    r"(?:は|を)、?(?:次|以下|下記)"
)
_EITHER = re.compile(r"又は|または|若しくは|もしくは|及び|および|や|・|、")
EXCEPTION = re.compile(
    r"^(?:ただし|但し|もっとも|なお、?(?:前項|例外)|However\b|Except\b|Unless\b|This does not apply)",
    re.IGNORECASE,
)

_ASKS: Forms = (
    (
        "not_due",
        re.compile(
            r"(?:なくて|ないで|ずに|なしで)も?(?:いい|よい|良い|大丈夫|構わ|かまわ|ok|済|すむ|平気)|不要"
        ),
    ),
    (
        "due",
        re.compile(
            r"(?:なければ|なきゃ|なくては|ないと|なくちゃ)(?:なら|いけ|だめ|ダメ|駄目|まず)?"
            r"|必要(?:です|が|は|なの|な)?(?:か|あり|ある|ん|の|でしょう|\?|$)|(?:が|は)?要(?:る|ります)"
            r"|(?:が|は|も|て)?いる(?:の|ん|か|\?|$)|(?:が|は|も)?いります|義務|べき(?:です|か|\?|$)"
        ),
    ),
    (
        "forbidden",
        re.compile(
            r"(?:て|で)は?(?:いけ|だめ|ダメ|駄目)(?!ば)|(?:ちゃ|じゃ)(?:いけ|だめ|ダメ|駄目)"
            r"|禁止(?:です|され|な|\?|$)|不可(?:です|\?|$)|\bng\b|アウト|(?:まず|ヤバ|やば)(?:い|く)"
        ),
    ),
    (
        "allowed",
        re.compile(
            r"(?:て|で)も?(?:いい|よい|良い|よろし|宜し|構わ|かまわ|大丈夫|ok|平気|問題)"
            r"|(?:の|こと|は|って|けど|けれど|が)、?(?:あり|アリ|セーフ|ok|オッケー|大丈夫|平気)"
            r"|(?:でき|出来)(?:る|ます)|可能|許可|許さ|認め|られ(?:る|ます)"
            r"|(?:使え|取れ|出せ|持て|置け|送れ|選べ|頼め|休め|泊まれ|乗れ|見れ|通え|入れれ|繰り越せ|移せ|申し込め|貸せ|借りれ|残せ)"
            r"(?:る|ます)"
        ),
    ),
    (
        "may_happen",
        re.compile(r"こと(?:は|が|って|も)?(?:ある|あります|あり得|ありえ)"),
    ),
    (
        "so",
        re.compile(
            r"(?:もらえ|貰え|いただけ|頂け)(?:る|ます)|(?:出|で|おり|下り|降り)(?:る|ます)"
            r"|支給(?:され|して|し|あり|ある)|負担し|払(?:う|って|われ|い)|補助(?:され|して|し|が|は)?(?:あ|で|出|くれ|ます|る)"
            r"|くれる|くれます|(?:ある|あります|ありますか)|対象(?:です|に|か|\?|なの|$)|適用|関係|含(?:む|ま)|つき|つく|付く"
        ),
    ),
)
_ASKS_EN: Forms = (
    (
        "due",
        re.compile(
            r"^(?:must|should)\b|\b(?:have|need|needs) to\b"
            r"|\b(?:required|mandatory|necessary|obliged)\b"
            r"|^(?:do|does) (?:i|we|they|you|it|he|she|\w+) need\b"
        ),
    ),
    ("forbidden", re.compile(r"\b(?:forbidden|prohibited|banned|against the rules)\b")),
    (
        "allowed",
        re.compile(
            r"^(?:can|may|could)\b"
            r"|\b(?:allowed|permitted|ok|okay|possible|fine|all right|alright)\b"
        ),
    ),
    ("so", re.compile(r"^(?:do|does|did|is|are|will|has|have)\b")),
)
_INTERROGATIVE = re.compile(
    r"何|なに|なん(?:で|の|時|日|回|文|円|人|か)|いつ|どこ|何処|誰|だれ|どなた|いくら|いくつ|どう|どの|どれ|どちら|どっち|どんな|なぜ|"
    r"\b(?:what|which|who|whom|whose|when|where|why|how)\b"
)
_NEGATED = re.compile(
    r"(?:ない|ません)(?:の|ん|です|でしょう|か|かな|よね|\?|$)|\b(?:not|never|n't)\b|n't\b"
)
_DENIED = re.compile(
    r"(?:出|もらえ|でき|使え|入れられ|支給され|認められ|され)ない|(?:し|使っ|やっ|入れ)ちゃ(?:いけ|だめ|ダメ)|てはいけない|てはならない"
    r"|\b(?:not|cannot|never|n't)\b|n't\b"
)
_ASKING_JA = re.compile(
    r"(?:か(?:な|しら|ね)?|の|っけ|よね|でしょう|(?:て|で)も?(?:いい|よい|良い|大丈夫|ok)|[るすい]|きん|禁止|必要|可能"
    r"|対象|ダメ|だめ|駄目|不要|義務|違反|大丈夫|ok|ng|平気|不可|無料|(?:の|こと)(?:は|って)?(?:あり|アリ)"
    r"|セーフ|アウト)$"
)
_DEICTIC = re.compile(
    r"(?:これ|それ|あれ|この件|その件|こう|そう)(?:って|は|を|も|の|に|で|が|し)|^\w+ (?:this|that|it|these|those)\b"
)
_AUXILIARY = re.compile(
    r"^(?:can|may|could|do|does|did|is|are|am|will|must|should|shall|has|have|would)\b"
)
_ALTERNATIVE = re.compile(r"\bor\b|それとも|または|もしくは|(?:か|なの)、")
_ONLY_ASKED = re.compile(r"だけ|のみ|\bonly\b|必ず|常に|全部|すべて|\ball\b|\balways\b|毎回")
_LEADING = re.compile(r"^(?:so|and|but|also|hi|hello|then|ok|well|please)[,\s]+")


@dataclass(frozen=True, slots=True)
class YesNo:
    """What a question wants to know of an act, with `negated` where it asks by a negation."""

    stance: Stance
    negated: bool = False


def asked_for(question: str) -> YesNo | None:
    """
    Return what a yes-or-no question asks, None for one that wants something else or whose yes could
    mean two things.
    """
    text = unicodedata.normalize("NFKC", question).lower().replace("’", "'").strip()
    if _is_english(text):
        return _asked_in_english(text)
    last = re.split(r"[。!?\n]+", text.rstrip("。!?\n "))[-1].strip()
    if _INTERROGATIVE.search(last) or _ALTERNATIVE.search(last) or _ONLY_ASKED.search(last):
        return None
    if not _ASKING_JA.search(last) or _TWISTED.search(last) or _DEICTIC.search(last):
        return None
    tail = last[-18:]
    stance = _first(_ASKS, tail)
    if stance == "unknown":
        return None
    turned = stance not in ("not_due", "due", "forbidden") and bool(_NEGATED.search(tail))
    return YesNo(stance, negated=turned)


def stance_of(sentence: str) -> Stance:
    """Return what a rule says of the act it is about; "unknown" where that is not safe to tell."""
    text = unicodedata.normalize("NFKC", sentence).replace("’", "'").strip()
    if _is_english(text):
        return _english_stance(text.lower())
    bare = _END.sub("", _BRACKETED.sub("", _END.sub("", text)))
    if _TWISTED.search(bare[-TAIL:]) or _CONTRAST.search(bare):
        return "unknown"
    return _first(_SENTENCES, bare[-TAIL:])


def stance_of_list(head: str) -> Stance:
    """
    Return what a sentence that announces a list says of each of its items: what is said of those
    that are listed, where it only lists them (利用できる者は、次のとおりとする。).
    """
    text = unicodedata.normalize("NFKC", head)
    match = _OF_ITEMS.match(text)
    if match is None:
        return stance_of(head)
    return stance_of(match["said"])


def verdict(asked: YesNo, said: Stance) -> Verdict:
    """Return whether what is said means yes or no to what is asked; "" where neither is sure."""
    if asked.negated:
        return ""
    return _VERDICTS.get((asked.stance, said), "")


def denied(question: str) -> bool:
    """Whether a question asks for what is not so, not allowed or not given."""
    text = unicodedata.normalize("NFKC", question).lower().replace("’", "'")
    return bool(_DENIED.search(text))


def conditional(sentence: str, question: str) -> bool:
    """
    Whether a sentence holds under a condition of its own: one that limits it, or a case that the
    question does not name.
    """
    if _ONLY.search(sentence):
        return True
    known = set(question)
    for clause in _CLAUSE.findall(sentence):
        cases = [_signs(case) for case in _EITHER.split(clause)]
        if not any(case and len(case & known) * 2 >= len(case) for case in cases):
            return True
    return False


_VERDICTS: dict[tuple[Stance, Stance], Verdict] = {
    ("allowed", "allowed"): "yes",
    ("allowed", "forbidden"): "no",
    ("forbidden", "forbidden"): "yes",
    ("forbidden", "allowed"): "no",
    ("due", "due"): "yes",
    ("due", "not_due"): "no",
    ("not_due", "not_due"): "yes",
    ("not_due", "due"): "no",
    ("so", "so"): "yes",
    ("so", "not_so"): "no",
    ("may_happen", "may_happen"): "yes",
}


def _asked_in_english(text: str) -> YesNo | None:
    parts = [part.strip() for part in re.split(r"(?<=[.?!])\s+", text) if part.strip()]
    asking = [part for part in parts if part.endswith("?")] or parts
    if not asking:
        return None
    last = _LEADING.sub("", asking[-1])
    last = re.split(r",\s+(?=(?:can|may|do|does|is|are|must|should|will)\b)", last)[-1]
    if not _AUXILIARY.match(last) or _ALTERNATIVE.search(last) or _ONLY_ASKED.search(last):
        return None
    if _DEICTIC.search(last) or _TWISTED_EN.search(last):
        return None
    stance = _first(_ASKS_EN, last)
    if stance == "unknown":
        return None
    return YesNo(stance, negated=bool(_NEGATED.search(last)))


def _english_stance(text: str) -> Stance:
    if _TWISTED_EN.search(text):
        return "unknown"
    rest = text
    stances: list[Stance] = []
    for stance, form in _ENGLISH:
        if form.search(rest):
            stances.append(stance)
            rest = form.sub(" ", rest)
    if len(stances) > 1:
        return "unknown"
    return stances[0] if stances else "so"


def _first(forms: Forms, text: str) -> Stance:
    for stance, form in forms:
        if form.search(text):
            return stance
    return "unknown"


def _is_english(text: str) -> bool:
    return not re.search(r"[\u3041-\u30ff\u3400-\u9fff]", text)


def _signs(text: str) -> set[str]:
    """Return the kanji, katakana and figures of a text: what it names."""
    return set(re.findall(r"[\u30a1-\u30fa\u3400-\u9fff々0-9]", text))
