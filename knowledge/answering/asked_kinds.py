"""
The kinds of thing a question without a topic asks for: what asks for one, what shows that an
article says it, and by which words to look for such articles.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """`words` are searched for beside the question's own, since articles say it in other words."""

    asks: re.Pattern[str]
    shows: re.Pattern[str]
    words: str

    def said_in(self, text: str) -> bool:
        """Report whether a text says such a thing."""
        return bool(self.shows.search(text))


def kinds(question: str) -> tuple[Kind, ...]:
    """Return the kinds a question asks for; none for "これは?"."""
    return tuple(kind for kind in KINDS if kind.asks.search(question))


def _kind(asks: str, shows: str, words: str) -> Kind:
    return Kind(re.compile(asks, re.IGNORECASE), re.compile(shows, re.IGNORECASE), words)


KINDS = (
    _kind(
        r"締め?切|期限|いつまで|何日まで|deadline|\bdue\b|by when|how long",
        r"までに|以内に|期限|締め?切|\bwithin (?:\w+ )?\w+ (?:day|week|month|hour)"
        r"|no later than|by the end of|before the|deadline|\bdue\b",
        "期限 までに 以内に 申請 提出 deadline within days no later than submit",
    ),
    _kind(
        r"上限|限度|(?:いくら|何[円日回人])まで|最大|\b(?:limit|max(?:imum)?)\b",
        r"上限|限度|最大|を超え|(?:円|日|回)(?:まで|以内)|up to|at most|maximum|no more than|\blimit\b",
        "上限 限度 まで 円 limit maximum up to at most",
    ),
    _kind(
        r"窓口|連絡先|[請出]先|(?:誰|だれ|どこ|どなた)[にへ]|\bwho(?:m)?\b|contact",
        r"窓口|連絡先|問い?合わ?せ|内線|[にへ](?:相談|連絡|報告|申請|提出|届け)|contact|@\w"
        r"|submit\w* to|report\w* to",
        "窓口 連絡先 問い合わせ 相談 申請 提出 contact desk submit",
    ),
    _kind(
        r"申請|届|手続|申し?込|\b(?:appl(?:y|ication)|request|approv\w*)\b",
        r"申請|届出|届け出|申し?込|承認を|\b(?:apply|submit|request|approv\w*)\b",
        "申請 届出 承認 apply request approval",
    ),
    _kind(
        r"(?:て|で)(?:も)?(?:いい|良い|よい|大丈夫)|使える|可能|禁止|だめ|ダメ"
        r"|\b(?:allowed|ok(?:ay)?|can i|may i|forbidden|permitted)\b",
        r"(?:て|で)もよい|ことができ|(?:利用|使用)(?:でき|可|不可)|禁止|てはならない|てはいけ|ないでください"
        r"|\b(?:(?:not )?allowed|may (?:not )?\w+|must not|prohibited|permitted)\b",
        "利用 使用 禁止 allowed use permitted prohibited",
    ),
    _kind(
        r"いくら|費用|料金|値段|金額|how much|\b(?:cost|price|fee|pay|paid)\b",
        r"[0-9０-９,，]+ ?円|[$¥€] ?[0-9]|[0-9] ?(?:yen|dollars)",
        "円 費用 料金 支給 yen cost fee",
    ),
)
