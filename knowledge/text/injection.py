"""
Telling text that gives orders to an AI from text that informs people: the one place for it, for
readers, prompts and quotes.

Documents are data, so nothing depends on this alone: it flags a page for the admin, and keeps a
line out of prompts and quotes. One sign is never enough, because guidelines about generative AI
speak of prompts, outputs and attacks all the time.
"""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from knowledge.text.sanitise import INVISIBLE
from knowledge.text.spans import Span, sentence_spans

ENOUGH = 2.0  # weight of signs from which a line is an order
EXCERPT = 80  # characters shown to the admin
WIDE = 12  # letters for each space below which a line that is not Latin is read without its spaces
LINE = 4000  # characters looked at together
OVERLAP = 200  # of them, that are looked at twice
FACT = 8  # characters of a sentence beside an order that may state anything
_AI = (
    r"(?:AI|LLM|GPT|ChatGPT|Claude|Gemini|Copilot|人工知能|アシスタント|言語モデル|チャットボット|ボット|assistant|chatbot|"
    r"language model)"
)
_AIM = r"(?:instruction|prompt|direction|message|command)s?"
_IGNORING = (
    r"(?:ignor\w*|disregard\w*|forget|override|bypass|discard|neglect"
    r"|(?:do not|don't|stop) (?:follow|obey)\w*)"
)


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile(
        "|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE | re.MULTILINE
    )


# What was said before shall not count: in the languages attacks are written in.
_OVERRIDE = _any_of(
    rf"\b{_IGNORING}\b[^.\n]{{0,40}}\b(?:previous|prior|above|earlier|preceding|system|all|any|your"
    rf"|other)\b[^.\n]{{0,24}}\b{_AIM}",
    r"(?:以前|上記|これまで|先ほど|先程|前述|今まで|ここまで|すべて|全て|他|ほか)の[^。\n]{0,12}(?:指示|命令|プロンプト|制約)[^。\n]{0,8}"
    r"(?:無視|破棄|忘れ(?!ず|な)|従わ|取り消|撤回|無効)",
    r"(?:プロンプト|指示)を(?:すべて|全て)?(?:無視|忘れ)|無視せよ",
    r"(?:忽略|无视|忘记|無視|忽視|不要理会)[^。\n]{0,14}(?:指令|指示|提示|规则|命令)",
    r"(?:지시|명령|프롬프트)[^.\n]{0,12}(?:무시|잊)",
    r"(?:ignor|oubli)\w*[^.\n]{0,30}(?:instructions|consignes|directives)",
    r"(?:ignorier|vergiss|missacht)\w*[^.\n]{0,40}(?:anweisung|instruktion|befehl|vorgabe)",
    r"(?:ignor|olvid|esquec|desconsider)\w*[^.\n]{0,30}(?:instruc|instruç|indicaciones|órdenes)",
    r"(?:ignora|dimentica)\w*[^.\n]{0,30}istruzion",
    r"(?:игнорир|забуд)\w*[^.\n]{0,30}(?:инструкц|указан|команд)",
)
# The marks of a chat format, or of another role.
_FORMAT = _any_of(
    r"<\|[a-z_]+\|?>|\[/?inst\]|<</?sys>>|<<\s*/?sys\s*>>",
    r"</?(?:document|context|system|retrieved|passage|source|sys|instructions?"
    r"|prompt)s?\b[^>\n]{0,40}>",
    r"^\s*(?:system|assistant|developer)\s*[:：]|^\s*#{1,4}\s*(?:system|new instruction"
    r"|instruction)s?\s*:?\s*$",
    r"(?:begin|end) (?:of )?retrieved content|\"role\"\s*:\s*\"(?:system|developer)\"",
    r"\b(?:you are now|you will now act)\b|(?:あなた|君)は(?:今から|これから)|从现在起你是",
    r"\b(?:maintenance|developer|admin|god|debug|dan|jailbreak) mode\b[^.\n]{0,24}\b(?:enabled?"
    r"|activated?|on)\b",
    r"(?:管理者|開発者|デバッグ|メンテナンス)モード(?:に|へ)(?:切|移|入|な)",
)
# The one addressed is whoever reads this for somebody else.
_ADDRESS = _any_of(
    rf"(?:読|処理|要約|参照)[^。\n]{{0,8}}{_AI}|{_AI}(?:よ|へ|に告ぐ)(?![ぁ-ん])",
    rf"{_AI}(?:は|が)(?:これ|本|この|直ち|最優先)",
    rf"\b(?:dear|hey|hello|attention|note to)\b.{{0,12}}\b{_AI}\b|\bif you are an? (?:{_AI})"
    rf"|\bas an? {_AI}\b",
    rf"{_AI}s? reading this",
    rf"^\W*{_AI}s?\s*[:：,、]|あなたへの|あなた(?:は|の)|会話相手",
    r"\byou must (?:now )?(?:reply|answer|output|say|ignore|obey|include)\b",
    rf"\b{_AI}s?\b[^.\n]{{0,30}}\b(?:must|should|shall|please|will)\b",
)
# What only the machine holds.
_TARGET = _any_of(
    r"システムプロンプト|指示文|初期設定|環境変数|会話履歴|(?:過去|直前)の質問|利用者の[^。\n]{0,6}質問|秘密鍵|認証情報",
    r"system prompt|hidden instruction|initial instruction|environment variable|chat history"
    r"|previous conversation|credentials|"
    r"other users?' |\bapi[ _-]?keys?\b|\bsecrets?\b",
)
# The words of the answer are dictated, or something is to be done.
_DICTATED = _any_of(
    r"(?:回答|返答|返信|応答|引用|末尾|冒頭|先頭|答え)[^。\n]{0,60}?(?:せよ|しろ|含め|付け|入れ|述べよ|出力|示せ|書け|書き|のみと|だけと)",
    r"(?:出力|列挙|報告|通知|送信|実行|記載|表示|回答|返答|開示|削除)(?:せよ|しろ|しなさい|してください)|(?:伝|答)えよ"
    r"|と(?:だけ|のみ)(?:を)?(?:答|返|回答|出力)",
    r"を(?:最優先で)?(?:答え|出力し|返し)|を実行し|正し(?:くは|い答えは)",
    r"\b(?:reply|respond|answer|output|print|append|repeat|reveal|say|write|include|insert|send"
    r"|post|forward|leak|visit|call)\b"
    r".{0,40}?(?:\bwith\b|\bonly\b|\bthe\b|\bbare\b|\bexactly\b|\bnow\b|\bto\b|[\"'“:])"
    r"|\b(?:reply|say|output)\s+[a-z0-9]*\d",
    r"(?:只|仅|請|请)?(?:回复|回答|输出|返回)|답(?:하|변)|출력|응답하",
    r"\b(?:répond|écri|affich|antwort|schreib|gib\b|respond|escrib|rispond|scriv)\w*"
    r"|(?:ответь|напиши|выведи)\w*",
)
_NEGATED = _any_of(r"ない|禁止|禁じ|べからず|\b(?:do not|don't|never|must not|may not|cannot)\b")
_PAYLOAD = _any_of(
    r"(?<![A-Za-z0-9])(?=[A-Z0-9]*[A-Z])(?=[A-Z0-9]*\d)(?-i:[A-Z0-9]{6,})(?![A-Za-z0-9])",
    r"https?:|<[@!#][^>]*>|@everyone|@channel|\"(?:tool|function)\"\s*:|^\s*/\w+ \w+"
    r"|(?-i:[A-Z]{3,}_[A-Z_]{3,})|!\[",
)
_ABOUT = _any_of(
    r"攻撃|インジェクション|呼ば|呼び|例えば|たとえば|事例|などの(?:文|入力|命令)|のような|手口|不審|注意|警戒|悪用|詐欺|防ぐ|防止|対策",
    r"attack|injection|such as|for example|called|known as|phishing|beware|malicious|suspicious"
    r"|e\.g\.",
)
# Parts of words, one of which stands in every order: looking for them first makes ordinary lines
# cheap.
_STEM = re.compile(
    r"ignor|disregard|forget|overrid|bypass|discard|neglect|follow|obey|instruct|prompt|oubli"
    r"|vergiss|missacht|olvid|esquec"
    r"|desconsider|dimentica|無視|破棄|忘れ|従わ|取り消|撤回|無効|忽略|无视|忘记|忽視|不要理会|무시|잊|игнор|забуд"
    r"|system|assistant|developer|retrieved|role|now|から|现在|mode|モード|[<\[#@/]|tool|function"
    r"|指示文|初期設定|環境変数|会話|質問|秘密|認証|environment|history|conversation|credential|other users|key|secret"
)
_CODE = re.compile(r"[A-Z0-9]{6}|[A-Z]{3}_")
_LONG = re.compile(r"[a-z]{6}")
_VERB = re.compile(  # one of which stands in every order that is written backwards or rotated
    r"ignor|disregard|forget|overrid|bypass|discard|neglect|obey|follow|instruct|prompt|system"
    r"|assistant|reveal|repl[yi]|respon"
    r"|output|answer|print|repeat|append|includ|send|forward|visit"
)
_ALONE = re.compile(r"\W*(?:[A-Z0-9]{6,}|https?://\S+|!?\[[^\]]*\]\([^)]*\))\W*")
_SPACED = re.compile(r"(?:(?<=\s)|^)(?:[A-Za-z][ \u00a0.\-_*]){4,}[A-Za-z](?=\W|$)")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_TOGETHER = re.compile(
    r"https?://|(?<!\d)\d{1,3}(?:\.\d{1,3}){3}|<[!@#]\w+[^<>]{0,40}>|\[/?INST\]|<</?SYS>>"
    r"|<\|[a-z_]+\|>|</(?:document|context)>",
    re.IGNORECASE,
)
_SIGN = re.compile(r"[/／<＜\[［.．]")
_TAGS = re.compile(r"(?<!\U0001f3f4)[\U000e0020-\U000e007e]{4,}")  # but for flags of regions
_LATIN = re.compile(r"[a-z]{4,14}")
_LIKE_LATIN = str.maketrans(
    "АВЕКМНОРСТХУІЅаеорсухіѕјӏԁɡΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανı", "ABEKMHOPCTXYISaeopcyxisjldgABEZHIKMNOPTYXoavi"
)
_FOREIGN = re.compile(r"[\u0131\u0261\u0370-\u052f]")
_DIGIT_INSIDE = re.compile(r"[A-Za-z][0-9@$]+[A-Za-z]")
_WORD_OF_DIGITS = re.compile(r"\b[A-Za-z0-9@$]{4,}\b")
_DIGITS = str.maketrans("01345@$", "oieasas")
_SCRAMBLED = (
    "ignore",
    "disregard",
    "previous",
    "instructions",
    "instruction",
    "reply",
    "respond",
    "system",
    "prompt",
    "override",
)


@lru_cache(maxsize=20_000)
def suspicious(line: str) -> bool:
    """
    Whether one line looks like an order to an AI, disguised or not. Text about such attacks, with
    no payload, is not.
    """
    if len(line) > LINE:
        starts = range(0, len(line), LINE - OVERLAP)
        return any(suspicious(line[start : start + LINE]) for start in starts)
    # letters nobody can see, addresses nobody can use: meant for nobody who reads
    if _TAGS.search(line) or _hides_address(line):
        return True
    return any(map(_is_order, _readings(line)))


def ordered(line: str, before: str = "", after: str = "") -> bool:
    """Whether a line is an order, or the bare code or address beside one, which belongs to it."""
    return suspicious(line) or bool(
        _ALONE.fullmatch(line) and (suspicious(before) or suspicious(after))
    )


def harmless(text: str, line: Span, before: str = "", after: str = "") -> tuple[Span, ...]:
    """
    Return the stretches of a line of a text that may be read: all of it, or where a sentence of it
    is an order to an AI, the others; none where the order cannot be told from them.
    """
    words = text[slice(*line)]
    if not ordered(words, before, after):
        return (line,)
    start, _ = line
    return tuple((start + first, start + end) for first, end in _facts(words))


@lru_cache(maxsize=2_000)
def _facts(line: str) -> tuple[Span, ...]:
    """Return the sentences of an ordering line that neither are the order nor belong to it."""
    if _TOGETHER.search(line):
        return ()  # what is made to be used by a machine is not taken apart
    spans = sentence_spans(line, (0, len(line)))
    guilty: list[bool] = []
    for at, span in enumerate(spans):
        sentence = line[slice(*span)]
        follows = at > 0 and guilty[at - 1]
        guilty.append(suspicious(sentence) or _goes_with_order(sentence, follows=follows))
    told = False
    innocent: list[Span] = []
    for span, is_guilty in zip(spans, guilty, strict=True):
        told = told or suspicious(line[slice(*span)])
        if not is_guilty:
            innocent.append(span)
    rest = " ".join(line[slice(*span)] for span in innocent)
    if not told or suspicious(rest):
        return ()  # an order may be spread over several sentences
    facts: list[Span] = []
    for start, end in innocent:
        if end - start >= FACT:
            facts.append((start, end))
    return tuple(facts)


def _goes_with_order(sentence: str, *, follows: bool) -> bool:
    """Whether a sentence beside an order belongs to it; what commands only where it `follows`."""
    if _FORMAT.search(sentence) or _TARGET.search(sentence) or _ADDRESS.search(sentence):
        return True
    if _PAYLOAD.search(sentence) or _ALONE.fullmatch(sentence):
        return True
    return follows and bool(_DICTATED.search(sentence))


def orders(text: str) -> str:
    """Return an excerpt of the first order to an AI in a text, "" when there is none."""
    for line in text.split("\n"):
        if suspicious(line):
            shown = unicodedata.normalize("NFKC", INVISIBLE.sub("", line))
            return " ".join(shown.split())[:EXCERPT]
    return ""


def _is_order(text: str) -> bool:
    low = text.lower()
    scrambled = _is_scrambled(low)
    if not (scrambled or _STEM.search(low) or _CODE.search(text)):
        return False
    payload = bool(_PAYLOAD.search(text))
    strong = bool(scrambled or _FORMAT.search(text) or _OVERRIDE.search(text))
    target = bool(_TARGET.search(text))
    if not (strong or payload or target) or (not payload and _ABOUT.search(text)):
        return False
    dictated = bool(_DICTATED.search(text)) and (payload or not _NEGATED.search(text))
    addressed = bool(_ADDRESS.search(text))
    weight = 2.0 * strong + dictated + payload + target * (dictated or addressed) + 0.75 * addressed
    return weight >= ENOUGH


def _readings(line: str) -> Iterator[str]:
    """Yield what the line says as it stands and under the usual disguises."""
    plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", html.unescape(line)))
    yield plain
    if _FOREIGN.search(plain):
        yield plain.translate(_LIKE_LATIN)
    if not plain.isascii() and len(plain.split()) > len(plain) // WIDE:
        yield "".join(plain.split())
    if _SPACED.search(plain):
        yield _SPACED.sub(_letters_alone, plain)
    if _DIGIT_INSIDE.search(plain):
        yield _WORD_OF_DIGITS.sub(_as_letters, plain)
    if _LONG.search(plain):
        for other in (plain[::-1], codecs.encode(plain, "rot13")):
            if _VERB.search(other.lower()):
                yield other
    for run in _BASE64.findall(plain):
        decoded = _decoded(run)
        if decoded:
            yield decoded


def _letters_alone(spaced: re.Match[str]) -> str:
    """Return the word that letters with spaces between them spell."""
    return re.sub(r"[^A-Za-z]", "", spaced.group())


def _as_letters(word: re.Match[str]) -> str:
    """Return a word with digits that stand for letters; what is all capitals is a code."""
    written = word.group()
    return written if written.isupper() else written.translate(_DIGITS)


def _hides_address(line: str) -> bool:
    """
    Whether an address, a mention or the mark of a chat format stands in the line only once its
    spaces are taken out.
    """
    if not (_SIGN.search(line) and len(line.split()) > 1):
        return False
    plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", line)).translate(_LIKE_LATIN)
    return len(_TOGETHER.findall("".join(plain.split()))) > len(_TOGETHER.findall(plain))


def _decoded(run: str) -> str:
    """Return the text that a run in Base64 stands for, "" for none."""
    bare = run.rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    of_urls = "-" in run or "_" in run
    try:
        content = base64.b64decode(padded, altchars=b"-_" if of_urls else None)
        return content.decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def _is_scrambled(text: str) -> bool:
    """
    Two trigger words whose inner letters are shuffled ("Ignroe all prevoius"), which language
    models still read.
    """
    shuffled = 0
    for word in _LATIN.findall(text):
        meant = _KEYS.get(_key(word), word)
        shuffled += meant != word
    return shuffled > 1


@lru_cache(maxsize=20_000)
def _key(word: str) -> tuple[str, str, str]:
    return word[0], "".join(sorted(word[1:-1])), word[-1]


_KEYS = {_key(word): word for word in _SCRAMBLED}
