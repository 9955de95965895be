"""
How a text becomes words: Japanese by Sudachi's short units in their dictionary form, English by
stem.

One token stream serves the index, the re-ranker and the answers, so that all three agree on what a
word is. The dictionary (about 200 MB, memory-mapped) is opened at the first use, not at import.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
CHUNK = 12_000  # characters; Sudachi refuses inputs above 49,149 bytes
KNOWN = 30_000  # words whose tokens are kept, about 8 MB

# fmt: off
STOP_EN = frozenset({
    "a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "between", "but", "by",
    "can", "could", "did", "do", "does", "during", "for", "from", "had", "has", "have", "how", "i",
    "if", "in", "into", "is", "it", "me", "my", "no", "not", "of", "on", "or", "our", "per", "she",
    "he", "should", "such", "than", "that", "the", "their", "then", "there", "these", "they",
    "this", "to", "us", "was", "we", "were", "what", "when", "where", "which", "who", "why",
    "will", "with", "would", "you", "your",
})
STOP_JA = frozenset({
    "為る", "居る", "有る", "成る", "無い", "出来る", "言う", "因る", "よる", "対する", "教える", "下さる",
    "呼ぶ", "れる", "られる", "です", "ます", "事", "物", "所", "中", "時", "とき", "よう", "様",
    "其れ", "此れ", "此の", "其の", "何", "何れ", "どれ", "何の", "どの", "誰", "何処", "どこ", "何時",
    "いつ", "何故", "何方", "幾つ", "幾ら", "どんな", "どう", "如何", "又", "及び",
    "遣る", "奴", "違う", "一杯", "目茶苦茶", "凄い", "とても", "もっと", "一寸", "普段", "本当", "結局", "みたい",
    "感じ", "例え",
})
# fmt: on
CONTENT = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "接尾辞", "接頭辞"})

# A token's kind is one letter, so that a stored analysis stays short.
FUNCTION, WORD, NOUN, PERSON, PLACE, NAME, NUMBER, ASCII = "-", "w", "n", "p", "l", "k", "d", "a"
KEY_KINDS = frozenset({PERSON, PLACE, NAME, NUMBER, ASCII})
_PROPER = {"人名": PERSON, "地名": PLACE, "固有名詞": NAME, "数詞": NUMBER}

_ALNUM = re.compile(r"[a-z0-9_]+")
_LETTER = re.compile(r"\w")
_RUN = re.compile(rf"[{CJK}]+|[a-z0-9_]+|[^\W{CJK}a-z0-9_]+")
JAPANESE = re.compile(rf"[{CJK}]")
_BROKEN_LONG_VOWEL = re.compile(
    r"(?<=[ァ-ヴ])[-‐‑–—―−─](?=[ァ-ヴ])"
)  # デ-タ, from scans and old keyboards
# other shapes of a sign, mostly in names, that NFKC keeps apart: people write either
_SHAPES = str.maketrans(
    "髙﨑嵜邉邊齋齊濵濱德嶋澤廣國眞惠桒槗𠮷冨栁瀨淺榮實櫻寬靜藏條將龍瀧縣學會體驛號",
    "高崎崎辺辺斎斉浜浜徳島沢広国真恵桑橋吉富柳瀬浅栄実桜寛静蔵条将竜滝県学会体駅号",
)
_ENGLISH = re.compile(r"[a-z]{3,}")
_ENDINGS = (("", ""), ("s", ""), ("ing", ""), ("ed", ""), ("ing", "e"))


class Token(NamedTuple):
    """
    A word in its dictionary form, lower case, its one-letter kind, and the dictionary's groups of
    like meaning it is in.
    """

    form: str
    kind: str
    meanings: tuple[int, ...] = ()

    @property
    def content(self) -> bool:
        return self.kind != FUNCTION

    @property
    def noun(self) -> bool:
        return self.kind not in (FUNCTION, WORD)


def normalise(text: str) -> str:
    """
    Return `text` in NFKC and lower case, with long-vowel marks mended and one shape for each sign:
    ｻｰﾊﾞ → サーバ, デ−タ → データ, 髙 → 高.
    """
    plain = unicodedata.normalize("NFKC", text).lower().translate(_SHAPES)
    return _BROKEN_LONG_VOWEL.sub("ー", plain)


class Analysis:
    """
    Cuts texts into tokens. One object serves all threads; each gets a tokenizer of its own, for
    those cannot be shared.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dictionary: Any = None
        self._local = threading.local()
        self._known: dict[tuple[int, str], tuple[Token, ...]] = {}
        self.katakana = lru_cache(maxsize=4096)(self._katakana)
        self.words = lru_cache(maxsize=4096)(self._words)

    def tokens(self, text: str) -> tuple[Token, ...]:
        """
        Return the tokens of a short text in order: a question, a title, a word. Those of the last
        few thousand are kept.
        """
        return self.words(normalise(text))

    def _words(self, normalised: str) -> tuple[Token, ...]:
        return tuple(self.cut(normalised))

    def cut(self, normalised: str) -> list[Token]:
        """
        Return the tokens of a text that is already normalised, without punctuation and English stop
        words.

        About 1 ms per 1,000 characters.
        """
        known = self._known
        if len(known) > KNOWN:
            known.clear()
        tokens: list[Token] = []
        for morpheme in self._morphemes(normalised):
            surface = morpheme.surface()
            word = (morpheme.word_id(), surface)  # an unknown word's id tells its part of speech
            own = known.get(word)
            if own is None:
                own = known[word] = self._made(morpheme, surface)
            tokens += own
        return tokens

    def surfaces(self, normalised: str) -> list[tuple[str, str]]:
        """
        Return the content words of a normalised text in order, each as its form and as it reads:
        Japanese in its dictionary form, English as it stands there.
        """
        words: list[tuple[str, str]] = []
        for morpheme in self._morphemes(normalised):
            surface = morpheme.surface()
            forms = [token.form for token in self._made(morpheme, surface) if token.content]
            if surface.isascii():
                words += zip(forms, _ALNUM.findall(surface), strict=False)
            else:
                words += zip(forms, forms, strict=True)
        return words

    def readings(self, normalised: str) -> list[tuple[str, str]]:
        """Return the words of a normalised text in order, each with its reading in katakana."""
        morphemes = self._morphemes(normalised)
        return [(morpheme.surface(), morpheme.reading_form()) for morpheme in morphemes]

    def has_word(self, text: str) -> bool:
        """Report whether a text is one word of the dictionary."""
        morphemes = list(self._morphemes(text))
        return len(morphemes) == 1 and not morphemes[0].is_oov()

    def has_words(self, text: str) -> bool:
        """Report whether the dictionary has every word of a text, none of them a single letter."""
        doubtful = [m for m in self._morphemes(text) if m.is_oov() or len(m.surface()) == 1]
        return not doubtful

    def _made(self, morpheme: Any, surface: str) -> tuple[Token, ...]:
        """
        Return the tokens of one morpheme: several where it has several English words, none for a
        mark.
        """
        if surface.isascii():
            return self._english(morpheme, surface)
        if not _LETTER.search(surface):
            return ()
        form = morpheme.normalized_form().lower()
        kind = _kind(form, morpheme.part_of_speech())
        if kind == FUNCTION:
            return (Token(form, kind),)
        return (Token(form, kind, tuple(morpheme.synonym_group_ids())),)

    def _english(self, morpheme: Any, surface: str) -> tuple[Token, ...]:
        """Return the stems of English words, and numbers as they stand, without stop words."""
        words = [word for word in _ALNUM.findall(surface) if word not in STOP_EN]
        meanings: tuple[int, ...] = ()
        if len(words) == 1:
            meanings = tuple(morpheme.synonym_group_ids())
        tokens: list[Token] = []
        for word in words:
            kind = NUMBER if word.isdigit() else ASCII
            tokens.append(Token(self._stem(word), kind, meanings))
        return tuple(tokens)

    def _stem(self, word: str) -> str:
        """Return the stem of a word; what has digits stays as it is."""
        _, stem = self._tools()
        return str(stem(word)) if word.isalpha() else word

    def bigrams(self, normalised: str) -> list[str]:
        """Return character pairs inside runs of Japanese script; other words whole."""
        _, stem = self._tools()
        grams: list[str] = []
        for run in _RUN.findall(normalised):
            if JAPANESE.match(run):
                grams += [run[at : at + 2] for at in range(len(run) - 1)] or [run]
            elif run not in STOP_EN:
                grams.append(stem(run) if run.isalpha() else run)
        return grams

    def loanwords(self, normalised: str) -> list[str]:
        """
        Return what the English words of a question are called in katakana: models → モデル. Unknown
        words give nothing.
        """
        words = [word for word in _ENGLISH.findall(normalised) if word not in STOP_EN]
        return list(filter(None, map(self.katakana, words)))

    def _katakana(self, word: str) -> str:
        """Return an English word in katakana, "" where the dictionary has it in English alone."""
        for ending, instead in _ENDINGS:
            if not word.endswith(ending):
                continue
            base_form = word.removesuffix(ending) + instead
            morphemes = list(self._morphemes(base_form))
            if len(morphemes) == 1:
                form = str(morphemes[0].normalized_form())
                if not form.isascii():
                    return form
        return ""

    def _morphemes(self, text: str) -> Iterator[Any]:
        tokenize = self._tools()[0]
        for start in range(0, len(text), CHUNK):
            yield from tokenize(text[start : start + CHUNK])

    def _tools(self) -> tuple[Any, Any]:
        """Return this thread's own tokenizer and stemmer, each as what is called with a text."""
        tools = getattr(self._local, "tools", None)
        if tools is None:
            tools = self._local.tools = self._open()
        return tools

    def _open(self) -> tuple[Any, Any]:
        import Stemmer
        from sudachipy import Dictionary, SplitMode  # type: ignore[import-untyped]  # no stubs

        with self._lock:
            if self._dictionary is None:
                self._dictionary = Dictionary(dict="core")
        tokenizer = self._dictionary.tokenizer(mode=SplitMode.A)
        stemmer = Stemmer.Stemmer("english")
        return tokenizer.tokenize, stemmer.stemWord


def _kind(form: str, part: tuple[str, ...]) -> str:
    """Return the kind of a word in its dictionary form, by its part of speech and that's parts."""
    word_class, group, subgroup, *_ = part
    if word_class not in CONTENT or form in STOP_JA:
        return FUNCTION
    if word_class != "名詞":
        return WORD
    fine = group if subgroup in ("一般", "*") else subgroup
    return _PROPER.get(fine, NOUN)
