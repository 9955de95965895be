"""
What refutes a statement outright, whatever else speaks for it: the words it names as its evidence
say that only one thing is so, and it says all are; it sends people to an office they do not name;
it leaves as it is what is to be changed, does afterwards what is to be done before, or needs not
what is asked for. Pure.
"""

import re

from knowledge.answering.order import turned_round

_ONLY = re.compile(r"だけ|のみ|に限|限り|しか|\bonly\b|\bunless\b|\bexcept\b", re.IGNORECASE)
_ALL = re.compile(
    r"どの[^。、]{0,12}?(?:にも|でも|も)|すべて|全て|いつでも|[誰だれどこ]でも"
    r"|\b(?:any|all|every|anyone|always|anywhere|anytime)\b",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"(?!担当|各|所属)[\u4e00-\u9fffァ-ヴー]{1,12}(?:部|課|室|局|窓口|委員会|センター)(?![\u4e00-\u9fff])"
)
_AS_IT_IS = re.compile(r"そのまま|\bas (?:it|they) (?:is|are)\b|\bunchanged\b", re.IGNORECASE)
_NEEDLESS = re.compile(
    r"必要(?:は|が)?(?:ない|なく|ありません|ございません)|不要|要りません|要らない"
    r"|なくて(?:も)?(?:よい|いい|良い|構)"
    r"|\bneed not\b|\bnot (?:required|necessary|needed)\b"
    r"|\b(?:does|do)(?: not|n't) (?:need|have to)\b|\bno need\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"ない|なく|ません|ず[、。に]|不要|免除|任意|妨げ|\b(?:not|no|without|exempt|optional|may)\b|n't",
    re.IGNORECASE,
)


def refuted(statement: str, question: str, evidence: str, passage: str) -> bool:
    """
    Report whether a statement is refuted by the words it names; `evidence` is empty where it names
    none, and then only the whole `passage` can refute it.
    """
    words = evidence or passage
    if _ALL.search(statement) and _ONLY.search(words) and not _ALL.search(words):
        return True
    if _AS_IT_IS.search(statement) and not _AS_IT_IS.search(f"{passage}\n{question}"):
        return True
    if _NEEDLESS.search(statement) and not _DENIED.search(words):
        return True
    return _strange_office(statement, question, words) or turned_round(statement, words)


def _strange_office(statement: str, question: str, words: str) -> bool:
    """Report whether a statement names an office where its source names another."""
    if not _OFFICE.search(words):
        return False
    known = f"{words}\n{question}"
    return any(office not in known for office in _OFFICE.findall(statement))
