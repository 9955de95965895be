"""
What speaks for and against a statement, by name, each between 0 and 1.

All of it is about meaning: figures, demands and denials, conditions, extent, names and who does
what to whom, words the source lacks, and whether the question is met.
"""

import re

from knowledge.answering.alignment import alignment
from knowledge.answering.comparison import Comparison, Words, clauses, is_japanese
from knowledge.answering.grounding import opposed, plain, support
from knowledge.answering.modality import Modality, distance, modality, restricts, sign
from knowledge.answering.reckoning import bounds, figures, rates, reckon, turned_bounds, unplaced

CLOSE = 0.6  # share of a statement's letters that its source has, from which on words are compared
KNOWN = 0.2  # share of strange words up to which a clause is in the source's own words
STRANGE = 6  # strange words from which on more make no difference
CONTRADICTED, CHANGED = 3.0, 1.5  # distances of two modalities
_ASKED = re.compile(r"(?:のですか|んですか|でしょうか|ですか|(?<=ます)か|の|か)?[?？。]*$")
_ALL = re.compile(
    r"すべて|全て|全部|誰でも|どなたでも|いつでも|いつも|一切|決して|必ず|どんな|好きな|自由に|何でも"
    r"|無制限|関係なく|かかわらず|\ball\b|\bany\b|\bevery|\balways\b|\bnever\b|whatever|altogether"
    r"|anybody|anyone|everybody|nobody|nothing"
)
_NO_MORE = re.compile(
    r"超え[てる][^。]{0,25}(?:ない|ません|ならず)|\bno[^.]{0,40} (?:more|longer) than\b"
)
_EACH = re.compile(rf"{_ALL.pattern}|それぞれ|いずれも|\beach\b")
_ONLY = re.compile(r"だけ|のみ|限[りるっ]|しか|\bonly\b|\bsolely\b|\breserved\b")
_CONDITION = re.compile(
    r"[^、。]*?(?:場合|とき|限り|限る|除き|除く|うえで|上で|ければ|えば|たら|なら|ただし|通じて|経て"
    r"|を受け|を得)[^、。]*"
)
_CONDITION_EN = re.compile(
    r"\b(?:if|unless|only|except|provided|when|where|after|before|as long as|with|once|without)\b"
    r"[^,.;]*",
    re.IGNORECASE,
)
_PREDICATE = re.compile(
    r"([一-龥々ァ-ヶーa-z0-9]{1,10})([ぁ-ん]*(?:(?:差し支|構|可能|必要|不要|禁止|認|問題)[ぁ-ん]*)?)"
)
# nouns that say what is done with the one before them
_MODALS = frozenset({"must", "may", "need", "allow", "permit", "requir", "shall"})
_PARTS = re.compile(
    r"[、。;；,!?！？\n]|\.(?!\d)|し、|\bbut\b|\band\b|\bexcept\b|\bunless\b|\bif\b|とするし"
)
_ITEM = re.compile(r"(.+[。.:：])\s*[-・*•‣]")
_SUPPORTING = frozenset(
    {"必要", "要", "不要", "禁止", "可能", "可", "不可", "認", "限", "場合", "対象", "問題"}
)
_ROLE = re.compile(
    r"([一-龥々ァ-ヶー]{2,12})(が|は|を通じて|を経て|へ|に|から|の(?=承認|許可|同意|審査|確認|判断))"
)
_ROLES = {"が": "by", "は": "by", "へ": "to", "に": "to", "を通じて": "via", "を経て": "via"}
# what a question asks for, and what an answer to it shows
_FOCUS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"いつ|何時|何日まで|期限|締め切り|時期|\bwhen\b|deadline|until when"),
        re.compile(
            r"\d|[一二三四五六七八九十]|朝|昼|夜|前|後|とき|春|夏|秋|冬|直ち|すぐ|before|after|when"
            r"|day|month|week|hour|year|once|ahead|until|\bby\b|immediate|never|permanent"
        ),
    ),
    (
        re.compile(r"どこ|\bwhere\b"),
        re.compile(r"部|課|室|窓口|所|先|サーバ|フォルダ|庫|社|\b(?:in|at|to|from)\b|desk|only"),
    ),
    (
        re.compile(r"誰|だれ|どなた|\bwhom?\b"),
        re.compile(
            r"者|長|員|人|方|部|課|室|係|社|チーム|シス|法務|manager|officer|team|department|staff"
            r"|desk|engineer|employee|boss|head|legal|\bit\b|\bhr\b|compan|superior|colleague|every"
            r"|nobody|you"
        ),
    ),
    (
        re.compile(r"何[回日年円人文字枚か月週名]|いくら|いくつ|\bhow (?:many|much|long|often)\b"),
        re.compile(
            r"\d|[一二三四五六七八九十半倍無全]|ない|ません|\b(?:no|none|half|any|twice|once|all)\b"
        ),
    ),
)


def signs(seen: Comparison) -> dict[str, float]:
    """Return all of them."""
    parts = (_figures, _words, _modalities, _extent, _reply, alignment)
    found: dict[str, float] = {}
    for part in parts:
        found |= part(seen)
    return found


def _figures(seen: Comparison) -> dict[str, float]:
    near = seen.near
    reckoned = reckon(seen.body, seen.whole, seen.question, near)
    ours, stated = figures(seen.body).typed, figures(seen.whole).typed
    at_hand = figures(f"{near} {seen.question}")
    strays = not reckoned.calculated and unplaced(seen.body, f"{near} {seen.question}")
    theirs = rates(seen.whole)
    strange = rates(seen.body) - theirs - rates(seen.question)
    return {
        "figure": min(reckoned.unexplained, 2) / 2,
        "calculated": min(reckoned.calculated, 2) / 2,
        "figure_elsewhere": float(bool((ours & stated) - at_hand.typed) or strays),
        "rate": float(bool(theirs and strange)),
        "bound": float(turned_bounds(seen.body, seen.whole) or opposed(seen.body, near)),
    }


def _words(seen: Comparison) -> dict[str, float]:
    inserted = borrowed = displaced = 0.0
    for _, own, _, place in seen.pairs():
        added = place.lacks(own, seen.asked)
        inserted = max(inserted, len(added) / max(len(own.groups), 1))
        elsewhere = [form for form in added if form in seen.held.groups]
        moved = [form for form in place.lacks(own) if form in seen.held.groups]
        displaced = max(displaced, min(len(moved), 3) / 3)
        borrowed = max(borrowed, min(len(elsewhere), 3) / 3)
    close = float(seen.share > CLOSE)
    strange = seen.held.lacks(seen.said, seen.asked)
    missed = seen.held.lacks(seen.asked, seen.said)
    lexical = support(seen.statement, seen.places, seen.topic)
    return {
        "lexical": float(lexical.supported),
        "share": seen.share,
        "close": close,
        "low": float(seen.share < CLOSE / 2),
        "near": 1.0 - inserted,
        "near_close": (1.0 - inserted) * close,
        "strange": min(len(strange), STRANGE) / STRANGE,
        "strange_close": close * min(len(strange), 2) / 2,
        "mixed": _mixed(seen),
        "borrowed": borrowed,
        "displaced": displaced,
        "borrowed_close": borrowed * seen.share,
        "question_missed": len(missed) / max(len(seen.asked.groups), 1),
        "foreign": float(seen.foreign),
        "several": float(len(seen.sentences) > 1),
    }


def _mixed(seen: Comparison) -> float:
    """Return how strange the strangest clause is, beside one in the source's own words."""
    shares = []
    for clause in _PARTS.split(seen.body):
        own = seen.words(clause)
        if own.groups:
            strange = seen.held.lacks(own, seen.asked)
            shares.append(len(strange) / len(own.groups))
    if len(shares) < 2 or min(shares) > KNOWN:
        return 0.0
    return max(shares)


def _modalities(seen: Comparison) -> dict[str, float]:
    contradicted = changed = turned = kept = role = 0.0
    everywhere = predicates(seen.whole, seen)
    for at, (sentence, own, place, theirs) in enumerate(seen.pairs()):
        near = 0.0
        if len(own.groups) > 1:
            near = 1.0 - len(theirs.lacks(own, seen.asked)) / len(own.groups)
        likely = seen.likely(at)
        apart = min(_apart(sentence, own, one, seen) for one in likely)
        contradicted = max(contradicted, near * (apart >= CONTRADICTED))
        changed = max(changed, near * (CHANGED <= apart < CONTRADICTED))
        at_place = predicates("\n".join(likely), seen)
        for stem, kinds in predicates(sentence, seen).items():
            others = at_place.get(stem)
            if not others and is_japanese(sentence):
                others = everywhere.get(stem)
            if not others:
                continue
            if kinds & others:
                kept += 1
            elif _signs(kinds).isdisjoint(_signs(others)) and not restricts(place):
                turned += 1
        role = max(role, near * _roles_turned(sentence, place))
    return {
        "contradicted": contradicted,
        "changed": changed,
        "turned": min(turned, 2) / 2,
        "kept": min(kept, 3) / 3,
        "role": role,
    }


def _apart(sentence: str, own: Words, place: str, seen: Comparison) -> float:
    """
    Return how far what a sentence does lies from what its place does: its end, or that clause of it
    which speaks of the same.
    """
    head = _head(place)
    ours = _last(sentence)
    apart = distance(ours, _last(head))
    best, most = "", 0
    for clause in clauses(head):
        shared = len(own.groups) - len(seen.words(clause).lacks(own))
        if shared > most:
            best, most = clause, shared
    if best:
        apart = min(apart, distance(ours, modality(best)))
    # 超えてはならない is までとする, not to exceed is up to
    if _NO_MORE.search(f"{sentence} {head}") and bounds(sentence) & bounds(head):
        apart = min(apart, 1.0)
    others = bool(seen.words(head).lacks(own))
    if restricts(sentence) or (restricts(head) and others):
        apart = min(apart, 1.0)
    return apart


def _head(place: str) -> str:
    """Return the head of an item, which tells what is done with it."""
    head = _ITEM.match(place)
    if head is None:
        return place
    return head[1]


def _last(sentence: str) -> Modality:
    """Return what a sentence does in the end; the modality of an English one is the first."""
    if is_japanese(sentence):
        *_, end = clauses(sentence) or [sentence]
        return modality(end)
    return modality(sentence)


def _signs(kinds: set[Modality]) -> set[str]:
    return {sign(kind) for kind in kinds}


def predicates(text: str, seen: Comparison) -> dict[str, set[Modality]]:
    """Return what is done with each stem: {"入力": {"must_not"}} for 入力してはならない."""
    if is_japanese(text):
        return _japanese_predicates(text)
    found: dict[str, set[Modality]] = {}
    for clause in re.split(r"[.;:!?\n]|, (?:but|and|or)\b|\bbut\b|, ", text):
        kind = modality(clause)
        for form in seen.words(clause).groups.keys() - _MODALS:
            found.setdefault(form, set()).add(kind)
    return found


def _japanese_predicates(text: str) -> dict[str, set[Modality]]:
    found: dict[str, set[Modality]] = {}
    for clause in re.split(r"[、。！？!?\n]", plain(text)):
        pieces = _PREDICATE.findall(clause)
        for at, (stem, tail) in enumerate(pieces):
            kind = modality(tail)
            name = stem[-2:]
            if stem in _SUPPORTING:
                kind = modality(f"{stem}{tail}")
                name = pieces[at - 1][0][-2:] if at else stem
            last = at == len(pieces) - 1
            if last or kind != "plain":
                found.setdefault(name, set()).add(kind)
    return found


def _roles_turned(sentence: str, place: str) -> bool:
    """Whether somebody does what the place has done to them, or the other way round."""
    theirs = _roles(place)
    both = [name for name in _roles(sentence) if name in theirs]
    ours = _roles(sentence)
    return any(ours[name].isdisjoint(theirs[name]) for name in both)


def _roles(text: str) -> dict[str, set[str]]:
    roles: dict[str, set[str]] = {}
    for name, particle in _ROLE.findall(plain(text)):
        roles.setdefault(name[-3:], set()).add(_ROLES.get(particle, particle))
    return roles


def _extent(seen: Comparison) -> dict[str, float]:
    body, whole = plain(seen.body), plain(seen.whole)
    near = plain(seen.near)
    missed = [0.0]
    for sentence, _, place, _ in seen.pairs():
        lets = _last(sentence) in {"may", "plain"} and seen.lead != "no"
        missed.append(lets * _conditions_missed(seen, place))
    return {
        "all": float(bool(_ALL.search(body)) and not _EACH.search(whole)),
        "only_added": float(bool(_ONLY.search(body)) and not _ONLY.search(whole)),
        "only_lost": float(bool(_ONLY.search(near)) and not _ONLY.search(body)),
        "condition": max(missed),
    }


def _conditions_missed(seen: Comparison, place: str) -> float:
    """Return the greatest share of a condition's words that neither answer nor question has."""
    if seen.foreign:
        return 0.0
    form = _CONDITION_EN
    if is_japanese(place):
        form = _CONDITION
    most = 0.0
    for condition in form.findall(place):
        own = seen.words(condition)
        missed = seen.said.lacks(own, seen.asked, seen.told)
        most = max(most, len(missed) / max(len(own.groups), 1))
    return most * seen.share


def _reply(seen: Comparison) -> dict[str, float]:
    """Return whether yes or no fits, and whether what was asked for is told at all."""
    asked = sign(modality(_ASKED.sub("", seen.question)))
    held = sign(modality(_head(seen.pairs()[0][2])))
    told = sign(_last(seen.sentences[0]))
    yes, no = seen.lead == "yes", seen.lead == "no"
    agrees = asked == held
    body_agrees = asked == told
    evaded = False
    text = plain(seen.body)
    for kind, met in _FOCUS:
        evaded = evaded or bool(kind.search(plain(seen.question)) and not met.search(text))
    return {
        "reply_fits": float((yes and agrees) or (no and not agrees)),
        "reply_against": float((yes and not agrees) or (no and agrees)),
        "reply_against_itself": float((yes and not body_agrees) or (no and body_agrees)),
        "evaded": float(evaded),
        "yes": float(yes),
        "no": float(no),
    }
