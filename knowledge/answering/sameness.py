"""
Whether a sentence is about the act a question is about, though it names it by another everyday
word.

A yes or no is only said where every word of the question is met; these are the words that need not
be met, and the everyday verbs whose formal names count.
"""

import re
from collections.abc import Sequence

# words of a question that say nothing of what it is about
# fmt: off
LIGHT = frozenset({
    "こと", "事", "うち", "物", "出来る", "良い", "大丈夫", "構う", "駄目", "必要", "要る", "可能",
    "禁止", "許可", "会社", "社員", "従業員", "内", "私", "自分", "人", "方", "場合", "ok", "ng",
    "普通", "今", "allow", "permit", "possibl", "okay", "need", "requir", "necessari", "get",
    "compani", "employe", "staff", "colleagu", "still", "realli", "just", "also", "someon",
    "somebodi", "anyon", "peopl", "forbidden", "prohibit", "want", "like", "happen",
})
# fmt: on
# everyday verbs, and how rules say the same; a rule about another act answers nothing
FAMILIES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(asked), re.compile(said, re.IGNORECASE))
    for asked, said in (
        (
            r"^(?:使う|使用|利用|用いる|use|using)$",
            r"利用|使用|使[いうえっわ]|用い|\b(?:use[ds]?|using)\b|\bnot allowed\b|\ballowed for\b",
        ),
        (
            r"^(?:貰う|出る|下りる|降りる|くれる|頂く|支給|支払う|払う|金|御金|pay|paid|cover|receiv)$",
            r"支給|補助|負担|給付|与え|付与|支払|\b(?:pays?|paid|cover|reimburse|provide|receive|grant)\w*",
        ),
        (r"^(?:入れる|enter|put)$", r"入力|入れ|\benter"),
        (r"^(?:泊まる|泊る)$", r"宿泊|泊ま"),
        (r"^(?:辞める|止める|quit)$", r"退職|辞"),
        (r"^(?:残す|置く|取る|keep|retain)$", r"保存|保管|残|\b(?:keep|kept|retain)"),
        (r"^(?:捨てる|消す|throw|delet)$", r"廃棄|破棄|消去|削除|\b(?:delete|dispose|destroy)"),
        (r"^(?:見る|読む)$", r"閲覧|見|読"),
        (r"^(?:帰る|持つ)$", r"持ち"),
        (r"^(?:繋ぐ|connect)$", r"接続|つな|\bconnect"),
        (r"^(?:話す|言う|tell)$", r"漏ら|話|開示|\b(?:disclose|tell|share)"),
    )
)


def uncovered(missing: Sequence[str], words: str) -> list[str]:
    """Return those of the question's words a sentence lacks that it does not say otherwise."""
    return [form for form in missing if not _is_met(form, words)]


def _is_met(form: str, words: str) -> bool:
    if form in LIGHT:
        return True
    return any(asked.search(form) and said.search(words) for asked, said in FAMILIES)
