"""
Reading a situation told in plain words, by rules alone; what is read is proposed and never counts
unconfirmed.

A text is read clause by clause, so that a negation, a competitor or "not decided yet" reaches no
further than it was meant. What contradicts itself is not read.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from handlers.choose.amounts import band, bare, money, months, pages, people, requests
from knowledge.advisor.values import LIST
from knowledge.sentences import yaml_values

LONGEST = 20_000  # characters that are read
SEVERAL = ("tried", "platform")  # questions of which a text may name several answers
MEANS = ("boundary", "act", "control")  # a means that is refused says nothing of them
BELOW = 0.999  # of an amount that is not quite reached
NOBODY = ""  # in place of an option: what was read is no number of users
LISTED = 200  # characters a mere list of limits may have
CLAUSE = 300  # characters of one clause; what goes on without an end is cut
AFTER = 14  # characters behind a hit in which a Japanese negation belongs to it
BEFORE = 22  # characters before a hit in which an English negation belongs to it
_DIGITS = re.compile(r"\d{16,}")  # no amount; each of them would cost time
_PIECE = re.compile(
    r"[、・/;\n。]|\.(?:\s+|$)|,(?!\d{3})|(?<=[人名円月年間万億])\s+|\sと\s|\s+and\s+",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[。!?！？\n])|(?<=[.;；])\s+")
_TURN = re.compile(
    r"(?<=が)[、,]|(?<=ですが)|(?<=ますが)|(?<=けれど)も?[、,]?|(?<=けど)[、,]?|(?<=一方)[、,で]"
    r"|[、,](?=うち|当社|弊社|私たち|我々|でも|ただ)|\b(?:but|however|although|though|whereas|while)\b"
    r"|,\s*(?=we\b|our\b|they\b|i\b|and we\b|so\b)",
    re.IGNORECASE,
)
# what looks like a negation and is none: "no problem", and "nothing but"
_FINE = re.compile(
    r"(構い|かまい|差し支えあり|問題あり|間違いあり)ません|(問題|違い|構わ|かまわ)ない"
)
# what makes an amount less than it says, behind it and before it
_UNDER = re.compile(
    r" ?(円|人|名|件|ページ)?(未満|弱|に満た|に届か|も(な[いく]|ありません|出せ|かけられ|いな))"
)
_LESS = re.compile(r"\b(less|fewer) than (about )?$|\b(under|below) (about )?$", re.IGNORECASE)
_ONLY = re.compile(r"しか|以外(は|に|使|認)")
_OWN = re.compile(
    r"うち|当社|弊社|私たち|我々|自社|\bwe\b|\bus\b|\bour\b(?! (?:competitor|parent|customer|client|supplier))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer, several options with commas between, and the words it was read from."""

    option: str
    words: str


@dataclass(frozen=True, slots=True)
class Rule:
    """
    What an answer may be told by. `plain` does not count where the clause negates it, `whole` holds
    its own negation, and neither counts beside `unless`; any may be None.
    """

    criterion: str
    option: str
    plain: re.Pattern[str] | None
    whole: re.Pattern[str] | None
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """
    How a number is read: `limits` hold the highest number of each option. It counts only `near`
    some words and never beside those of a `bill`; None stands for anywhere and nowhere.
    """

    limits: Mapping[str, float]
    near: re.Pattern[str] | None
    bill: re.Pattern[str] | None


class Situation:
    """Reads answers from plain words."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self._others = _any(rows["others"])
        self._undecided = _any(rows["undecided"])
        self._former = _any(rows["former"])
        self._hoped = _any(rows["hoped"])
        self._refused = _any(rows["refused"])
        japanese, english = rows["negation"]
        self._after = re.compile(japanese)
        self._before = re.compile(english, re.IGNORECASE)
        self._rules = tuple(_rules(rows["rules"]))
        self._numbers = {name: _numbers(row) for name, row in rows["numbers"].items()}

    @classmethod
    def load(cls) -> Self:
        """Read the rules that come with us. About 50 ms."""
        return cls(yaml_values(Path(__file__).with_name("situation.yaml").read_text("utf-8")))

    def read(self, text: str) -> tuple[dict[str, Hit], dict[str, tuple[str, ...]]]:
        """
        Return what the text says by question, and where it contradicts itself, its words; one alone
        is no possible answer by itself, such as "0人".
        """
        plain = _DIGITS.sub(" ", unicodedata.normalize("NFKC", text)[:LONGEST])
        found: dict[str, dict[str, str]] = {}
        for criterion, option, words in (*self._listed(plain), *self._told(plain)):
            found.setdefault(criterion, {}).setdefault(option, words)
        hits: dict[str, Hit] = {}
        torn: dict[str, tuple[str, ...]] = {}
        for criterion, options in found.items():
            if NOBODY in options:
                torn[criterion] = (options[NOBODY],)
            elif criterion in SEVERAL or len(options) == 1:
                hits[criterion] = Hit(LIST.join(options), " / ".join(options.values()))
            else:
                settled = _settled(criterion, options)
                if settled is None:
                    torn[criterion] = tuple(options.values())
                else:
                    hits[criterion] = settled
        return hits, torn

    def own(self, text: str) -> list[str]:
        """Return the clauses of a text that speak of the person's own house, in order."""
        plain = unicodedata.normalize("NFKC", text)[:LONGEST]
        return [clause for clause in _clauses(plain) if not self._of_others(clause)]

    def vetoes(self, criterion: str, option: str, quote: str, sentence: str) -> bool:
        """
        Report whether the clause a `quote` stands in says something else than this answer: it is
        of others, undecided, past, a refusal, a bill, or read as another answer by the rules.
        """
        plain = unicodedata.normalize("NFKC", quote)
        clauses = list(_clauses(unicodedata.normalize("NFKC", sentence)))
        around = [clause for clause in clauses if clause in plain or plain in clause] or clauses
        if any(self._bars(clause, criterion) for clause in around):
            return True
        read: set[str] = set()
        for clause in around:
            read |= {found for name, found, _ in self._clause(clause) if name == criterion}
        return bool(read) and option not in read

    def _bars(self, clause: str, criterion: str) -> bool:
        """Report whether a clause settles nothing about a question, whatever words stand in it."""
        if self._of_others(clause):
            return True
        if self._undecided.search(clause) and criterion not in ("gap", "team"):
            return True
        if self._former.search(clause) and criterion not in (*SEVERAL, "gap"):
            return True
        if self._refused.search(clause) and criterion in MEANS:
            return True
        if self._hoped.search(clause) and criterion == "team":
            return True
        numbers = self._numbers.get(criterion)
        return bool(numbers and numbers.bill and numbers.bill.search(clause))

    def _of_others(self, clause: str) -> bool:
        return bool(self._others.search(clause)) and not _OWN.search(clause)

    def amounts(self, text: str) -> dict[str, str]:
        """
        Return the options that amounts of a text fall under, by question, whatever stands beside
        them: for a text that is known to speak of them.
        """
        plain = unicodedata.normalize("NFKC", text)[:LISTED]
        found = {}
        for criterion, read in (("budget", money), ("time", months), ("users", people)):
            amount = read(plain)
            if amount is not None:
                found[criterion] = self._band(criterion, amount.value)
        return found

    def limit(self, criterion: str, text: str) -> str | None:
        """
        Return the option of a limit that an amount falls under, `NOBODY` for no users at all; None
        where the text is no such amount.
        """
        amount = bare(unicodedata.normalize("NFKC", text[:LISTED]).strip())
        if amount is None or amount[0] != criterion:
            return None
        return self._band(criterion, amount[1].value)

    def _band(self, criterion: str, value: float) -> str:
        """Return the option a number falls under; `NOBODY` where it cannot be."""
        if criterion == "users" and value < 1:
            return NOBODY
        return band(value, self._numbers[criterion].limits)

    def _told(self, text: str) -> Iterator[tuple[str, str, str]]:
        for clause in _clauses(text):
            yield from self._clause(clause)

    def _listed(self, text: str) -> Iterator[tuple[str, str, str]]:
        """
        Yield what a mere list of limits says: "1か月、1人、50万円", "nobody, one month". Amounts
        without a word beside them count only where the text holds nothing that is no limit.
        """
        if len(text) > LISTED:
            return
        pieces = [piece.strip() for piece in _PIECE.split(text) if piece.strip()]
        amounts, answers = [], []
        for piece in pieces:
            amount = bare(piece)
            if amount is not None:
                amounts.append(amount)
                continue
            said_so = list(self._clause(piece))
            if not said_so:
                return
            answers += said_so
        yield from answers
        for criterion, said in amounts:
            yield criterion, self._band(criterion, said.value), said.words

    def _clause(self, clause: str) -> Iterator[tuple[str, str, str]]:
        """Yield (question, answer, words) of one clause."""
        if self._of_others(clause):
            return
        undecided = bool(self._undecided.search(clause))
        former = bool(self._former.search(clause))
        for rule in self._rules:
            words = self._said(rule, clause)
            if not words:
                continue
            if former and rule.criterion not in (*SEVERAL, "gap"):
                continue
            if undecided and rule.criterion not in ("gap", "team"):
                continue
            if rule.criterion == "team" and self._hoped.search(clause):
                continue
            yield rule.criterion, rule.option, words
        if not undecided and not former:
            yield from self._amounts(clause)

    def _said(self, rule: Rule, clause: str) -> str:
        """Return the words that say what a rule looks for, empty where they do not stand there."""
        if rule.unless is not None and rule.unless.search(clause):
            return ""
        if rule.whole is not None:
            match = rule.whole.search(clause)
            if match and match.group().strip():
                return match.group().strip(" 、。,.")
        if rule.plain is None:
            return ""
        for match in rule.plain.finditer(clause):
            if match.group().strip() and not self._negated(clause, match):
                return match.group().strip(" 、。,.")
        return ""

    def _negated(self, clause: str, match: re.Match[str]) -> bool:
        """Report whether a negation belongs to what was found."""
        tail = _FINE.sub("", clause[match.end() :])[:AFTER]
        tail = tail.partition("、")[0].partition(",")[0]
        if _ONLY.search(tail):
            return False
        head = clause[max(0, match.start() - BEFORE) : match.start()]
        return bool(self._after.search(tail) or self._before.search(head))

    def _amounts(self, clause: str) -> Iterator[tuple[str, str, str]]:
        readers = (
            ("budget", money),
            ("time", months),
            ("users", people),
            ("docs", pages),
            ("volume", requests),
        )
        for criterion, read in readers:
            rules = self._numbers[criterion]
            if rules.near is not None and not rules.near.search(clause):
                continue
            if rules.bill is not None and rules.bill.search(clause):
                continue
            amount = read(clause)
            if amount is not None:
                value = amount.value
                if _less(clause, amount.words):
                    value *= BELOW
                yield criterion, self._band(criterion, value), amount.words


def _less(clause: str, words: str) -> bool:
    """Report whether a clause says less than the amount it names: "100万円もない", "under 1M"."""
    head, _, tail = clause.partition(words)
    return bool(_UNDER.match(tail) or _LESS.search(head))


def _settled(criterion: str, options: Mapping[str, str]) -> Hit | None:
    """
    Return the one of several answers that holds the others; None where they contradict each other.
    """
    for stronger, weaker in STRONGER.get(criterion, ()):
        if set(options) == {stronger, *weaker.intersection(options)}:
            return Hit(stronger, options[stronger])
    return None


# answers that hold others within them: who must cite finds it nice, too
STRONGER: Mapping[str, tuple[tuple[str, frozenset[str]], ...]] = {
    "boundary": (("domestic", frozenset({"contract"})), ("ok", frozenset({"contract"}))),
    "docs": (("core", frozenset({"small"})),),
    "cite": (("nice", frozenset({"must"})),),
    "team": (
        ("research", frozenset({"ml", "app"})),
        ("ml", frozenset({"app"})),
        ("none", frozenset({"ml", "app", "research"})),
    ),
    "traindata": (("corpus", frozenset({"examples", "none"})),),
    "act": (("write", frozenset({"read"})), ("read", frozenset({"write"}))),
    "task": (
        ("rule", frozenset({"process", "office"})),
        ("support", frozenset({"answer", "office", "process"})),
        ("act", frozenset({"support", "process", "office"})),
        ("answer", frozenset({"office"})),
        ("embed", frozenset({"support", "answer", "process", "office", "act"})),
        ("process", frozenset({"office", "answer"})),
    ),
    "gap": (
        ("untried", frozenset({"fine", "some", "proven"})),
        ("proven", frozenset({"some"})),
    ),
    "impact": (("low", frozenset({"high"})),),
    "personal": (("no", frozenset({"yes"})),),
    "users": (("public", frozenset({"u1", "u2", "u3", "u4"})),),
    "speed": (("device", frozenset({"fast"})),),
    "docstate": (("scans", frozenset({"mixed"})),),
}


def _clauses(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        for clause in _TURN.split(sentence):
            plain = (clause or "").strip()
            for at in range(0, len(plain), CLAUSE):
                yield plain[at : at + CLAUSE]


def _rules(rows: Mapping[str, Any]) -> Iterator[Rule]:
    for criterion, options in rows.items():
        for option, kinds in options.items():
            kinds_of = [_maybe(kinds.get(kind)) for kind in ("plain", "whole", "unless")]
            yield Rule(criterion, option, *kinds_of)


def _maybe(patterns: list[str] | None) -> re.Pattern[str] | None:
    if not patterns:
        return None
    return _any(patterns)


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _numbers(row: Mapping[str, Any]) -> Numbers:
    near, bill = (row.get(name) for name in ("near", "bill"))
    return Numbers(row["limits"], _maybe(near and [near]), _maybe(bill and [bill]))
