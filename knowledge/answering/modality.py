"""
What a clause does with what it speaks of: demands, lets, forbids, spares, denies, or plainly says
it.

Japanese tells it at the end of a clause, English by its first modal verb. The forms are those of
the two languages, not of any document.
"""

import re
from typing import Literal

Modality = Literal["must", "must_not", "may", "need_not", "not", "perhaps", "plain"]
Forms = tuple[tuple[Modality, re.Pattern[str]], ...]

FAR = 8  # characters between a form and the end of its clause from which on it is no predicate
_KANA = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_NO = r"(?:ない|ません|なく|ず)"
_JAPANESE: Forms = (
    (
        "must",
        re.compile(
            rf"(?:なければ|なくては|ないと|ねば)(?:なら|なり|いけ){_NO}|必要(?:が|と|で|です|に|$)"
            r"|必ず|義務|必須|要する|要します|[がはも]要り?ます|[がはも](?:要る|いる|いります)|べき"
            r"|(?<!ないで)ください|不可欠|[がはも]要$"
        ),
    ),
    (
        "must_not",
        re.compile(
            rf"(?:て|で|り|に)は(?:なら|なり|いけ){_NO}|(?:禁止|禁じ)(?!$)|禁止|不可(?!欠)"
            rf"|でき{_NO}|いけません|いけない|対象外|対象[とに][はも]?(?:し|なり|なら){_NO}"
            rf"|ないでください|認め(?:られ)?{_NO}|許され{_NO}|受け付け{_NO}|厳禁|だめ|ダメ"
            r"|[えけげせてねべめれ](?:ません|ない)(?![とけく])"
        ),
    ),
    (
        "need_not",
        re.compile(
            rf"必要[はもが]?(?:{_NO}|あり{_NO})|(?:要|い)(?:し|り|ら){_NO}|不要|任意"
            rf"|なくても?(?:よ|い|良|かま|構|結構|済)|ずに済|求め(?:られ)?{_NO}|足り(?:る|ます)"
        ),
    ),
    (
        "may",
        re.compile(
            rf"でき(?:る|ます|れば)|[てで]も?(?:よい|よく|いい|良い|よろし|(?:かま|構)[いわ]{_NO})"
            rf"|差し支え(?:あり)?{_NO}|可能|(?<!不)可(?=です|$)|認め(?:る|られ(?:る|ます))"
            rf"|許(?:される|されます|可され)|大丈夫|問題は?(?:あり)?{_NO}|結構です"
            r"|[えけげせねべめれ]ます|られ(?:る|ます)|自由"
        ),
    ),
    ("perhaps", re.compile(r"(?:こと|場合)[がも]あ|かもしれ|求めることができ|とは限")),
    ("not", re.compile(r"(?:ない|ません|ざる|ずに|ず、|ず$|なく)(?!と|ても|け)")),
)
_DENIED = r"(?:is|are|was|be|been)(?:n't| not)"
_ENGLISH: Forms = (
    (
        "must_not",
        re.compile(
            r"\b(?:must|may|can|should|shall|could|will) ?(?:not|never)\b|\bcan(?:'t|not)\b"
            rf"|\bmustn't|\b{_DENIED} (?:\w+ )?(?:allowed|permitted|admitted|possible|accepted"
            r"|enough|reimbursed)|\bprohibited|\bforbidden|\bbanned|\bbarred|\boff limits"
            r"|\bnowhere|\brefused?\b|\bnot (?:yet|allowed|permitted)"
        ),
    ),
    (
        "need_not",
        re.compile(
            r"\bneed(?: not|n't)\b|\b(?:do|does|did)(?:n't| not) (?:have|need)\b"
            r"|\bno (?:\w+ )?need\b|\bnot (?:\w+ )?(?:required|necessary|needed|compulsory"
            r"|mandatory|obliged)|\boptional\b|\bexempt|\bunnecessary|\brequires? no\b"
        ),
    ),
    (
        "must",
        re.compile(
            r"\bmust\b(?! ?not)|\bha(?:ve|s) to\b|\brequire[ds]?\b|\bneeds? (?!not)|\bneeded"
            r"|\bshall\b|\bmandatory|\bcompulsory|\bobliged|\bshould\b|\bplease\b"
        ),
    ),
    (
        "may",
        re.compile(
            r"\bmay\b(?! ?not)|\bcan\b(?! ?not)|\bcould\b|\ballow(?:ed|s)\b|\bpermit(?:ted|s)\b"
            r"|\bpossible\b|\bfine\b|\bokay\b|\bentitled\b|\bfree to\b|\ball right\b|\bwelcome\b"
        ),
    ),
    ("perhaps", re.compile(r"\bmight\b|\bpossibly\b|\bsometimes\b")),
    (
        "not",
        re.compile(
            r"\bnot\b|n't\b|\bnever\b|\bno\b|\bnone\b|\bnobody\b"
            r"|\bwithout\b|\bneither\b|\bnothing\b"
        ),
    ),
)
_RESTRICTING = re.compile(
    r"ない限り|なければ.{0,30}(?:ない|ません)|以外|に限[りるっ]|のみ|だけ|しか"
    r"|\bunless\b|\bonly\b|\bexcept\b|\buntil\b"
)
_SIGNS: dict[Modality, str] = {"must_not": "-", "not": "-", "need_not": "0"}


def modality(clause: str) -> Modality:
    """Return what one clause does, without the mark it ends with; "plain" where no form tells."""
    bare = clause.strip().rstrip("。.!?！？ ")
    if _KANA.search(bare):
        return _at_the_end(bare)
    return _at_the_start(bare.lower())


def restricts(clause: str) -> bool:
    """Whether a clause forbids all but what it names, and so lets what it names: ～ない限り～できない."""
    return bool(_RESTRICTING.search(clause))


def sign(kind: Modality) -> str:
    """Return "-" for what forbids or denies, "0" for what spares, "+" for all else."""
    return _SIGNS.get(kind, "+")


def distance(ours: Modality, theirs: Modality) -> float:
    """
    Return how far two clauses about the same thing lie apart: 0 the same, 1 may mean the same, 2
    says more or less than the other, 3 contradicts it.
    """
    if ours == theirs:
        return 0.0
    pair = {ours, theirs}
    if sign(ours) != sign(theirs) and "0" not in {sign(ours), sign(theirs)}:
        return 3.0
    if "need_not" in pair:
        return 3.0 if "must" in pair else 1.0
    if pair in ({"must", "may"}, {"must", "perhaps"}, {"plain", "perhaps"}):
        return 2.0
    return 1.0


def _at_the_end(clause: str) -> Modality:
    """Return the kind of the form that ends last, the longest of those that end together."""
    kind: Modality = "plain"
    best = (max(len(clause) - FAR, 0), 0)
    for own, form in _JAPANESE:
        for match in form.finditer(clause):
            place = (match.end(), match.end() - match.start())
            if place > best:
                best, kind = place, own
    return kind


def _at_the_start(clause: str) -> Modality:
    """Return the kind of the form that begins first, the longest of those that begin together."""
    kind: Modality = "plain"
    best = (-len(clause) - 1, 0)
    for own, form in _ENGLISH:
        match = form.search(clause)
        if match is None:
            continue
        place = (-match.start(), match.end() - match.start())
        if place > best:
            best, kind = place, own
    return kind
