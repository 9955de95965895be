"""Numbers with a unit in a clause of plain words: money, months, people, requests. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

ROUND = {"億単位": 20_000.0, "数億": 20_000.0, "数千万": 3_000.0, "数百万": 300.0}  # 10,000 yen
DOLLAR = 150  # yen
EURO = 165  # yen
POUND = 190  # yen
TEN_THOUSAND = 1e4
WEEKS = 4.0  # of a month
YEAR = 12.0  # months
WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "hundred": 100,
    "一": 1,
    "二": 2,
    "三": 3,
    "半": 0.5,
    "half": 0.5,
}
SCALES = {"千": 1e3, "万": 1e4, "千万": 1e7, "百万": 1e6, "億": 1e8}
ENGLISH = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "mn": 1e6, "b": 1e9, "billion": 1e9}
_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
_COUNT = rf"(\d[\d,]*(?:\.\d+)?|{'|'.join(word for word in WORDS if word.isascii())})"
_YEN = re.compile(rf"{_NUMBER} ?(千万|百万|億|万|千)? ?円")
_YEN_SHORT = re.compile(
    rf"{_NUMBER} ?(千万|百万|億|万)(?![人件名枚ペ字文語冊本台個]| ?(?:米?ドル|ユーロ))"
)
_KATAKANA = re.compile(rf"{_NUMBER} ?(千万|百万|億|万|千)? ?(?:米?(ドル)|(ユーロ))")
_FOREIGN = re.compile(
    rf"(US\$|\$|€|£|¥|￥|\b(?:USD|EUR|GBP|JPY)\b) ?{_NUMBER}"
    r" ?(k|m|mn|million|thousand|b|billion)?\b",
    re.IGNORECASE | re.ASCII,  # a word of letters ends where Japanese begins
)
_NAMED = re.compile(
    rf"{_NUMBER} ?(k|m|mn|million|thousand|billion)?"
    r" ?(yen|jpy|usd|dollars?|euros?|eur|gbp|pounds?)\b",
    re.IGNORECASE | re.ASCII,
)
_MONTHS = (
    (re.compile(r"(半)年"), YEAR),
    (re.compile(r"(?<![\d.])(\d+(?:\.\d+)?|[一二三]) ?(?:か|ヶ|カ|ケ|ヵ|箇|ヵ)月"), 1.0),
    (re.compile(r"(?<![\d.])(\d+(?:\.\d+)?|[一二三]) ?週間?"), 1 / WEEKS),
    (re.compile(r"(?<![\d.])(\d{1,2}(?:\.\d+)?|[一二三]) ?年(?!前|度|目|生|間?の|代|\d)"), YEAR),
    (re.compile(r"(half) a year|\b(?:within|in) (an?) year", re.IGNORECASE), YEAR),
    (re.compile(rf"(?<!a )\b(?!an?\b){_COUNT} years?\b(?! old| ago)", re.IGNORECASE), YEAR),
    (re.compile(r"\b(?:within|in|under) (an?|one) months?\b", re.IGNORECASE), 1.0),
    (re.compile(rf"\b(?!an?\b){_COUNT}[ -]months?\b(?! ago)", re.IGNORECASE), 1.0),
    (re.compile(rf"\b(?!an?\b){_COUNT}[ -]weeks?\b(?! ago)", re.IGNORECASE), 1 / WEEKS),
)
_SOON = re.compile(
    r"(?:今日|明日|今週|来週|週末|今月)(?:中|まで|には)"
    r"|(?<![0-9一二三四五六七八九十])月末(?:まで|には)"
    r"|来月|next month|this month|right away|immediately|asap"
    r"|\b(?:by|within) (?:tomorrow|this week|next week|(?:the )?end of the month)"
    r"|\bby (?:this |next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.IGNORECASE,
)
_PEOPLE = (
    re.compile(
        rf"(?:利用者|使うのは|使う人|対象(?:者)?|全社|部員|所員|メンバー|教職員|組合員|職員|スタッフ|社員|従業員)"
        rf"(?:は|が|数|数は|全員|約|およそ|で)*{_NUMBER} ?(万|千)? ?(?:人|名)"
        rf"(?!の\S{{0,6}}(?:メーカー|会社|企業))"
    ),
    re.compile(
        rf"{_NUMBER} ?(万|千)? ?(?:人|名)(?:の|が|で|ほどの|規模の|くらいの|全員で?)"
        rf"(?:会社|社員|職員|従業員|組織|部署|事務所|使|利用|チーム)"
    ),
    re.compile(
        rf"\b{_COUNT}(k| thousand)? (?!it |ml |ai |tech)(?:\w+ )?"
        rf"(?:people|employees|staff|users|lawyers|nurses|colleagues|seats|workers"
        rf"|teachers|doctors|operators|clerks|members|students|accountants"
        rf"|salespeople)\b(?! (?:a|per) )",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:\busers?|\bseats?|\bheadcount|利用者数?|人数|席数) ?[:=は]"
        rf" ?{_NUMBER}(?![\d%])(k)?",
        re.IGNORECASE,
    ),
)
_HEADS = re.compile(
    r"(?P<one>一人|ひとり|1人|私だけ|自分だけ|\b(?:just|only) me\b)"
    r"|(?P<count>\d[\d,]*(?:\.\d+)?) ?(?P<scale>万|千)?"
    r" ?(?:人|名|people\b|persons?\b|users?\b|staff\b|employees\b|seats\b)",
    re.IGNORECASE,
)
_AROUND = re.compile(  # what may stand around an amount without changing it
    r"約|およそ|だいたい|最大|以内|以下|未満|まで|程度|くらい|ぐらい|ほど|予算|期限|人数|利用者|です|ます"
    r"|[はがでに:=~〜]|\b(?:about|around|roughly|up to|at most|max|within|in|budget|by)\b",
    re.IGNORECASE,
)
_PAGES = re.compile(rf"{_NUMBER} ?(万|千)? ?(?:ページ|頁|pages)", re.IGNORECASE)
_SMALL = re.compile(
    r"開発|エンジニア|情シス|担当|研究者|developer|engineer|programmer|expert", re.IGNORECASE
)
_REQUESTS = (
    re.compile(
        rf"(?:月|毎月|月間|1か月)(?:に|あたり|約|で|およそ)*{_NUMBER} ?(万|千|百万|億)?"
        rf" ?(?:件|回|通|問|リクエスト)"
    ),
    re.compile(
        rf"\b{_COUNT} ?(k|thousand|m|million)? (?:\w+ )?"
        rf"(?:requests|calls|tickets|documents|queries|messages|emails|invoices|orders|claims"
        rf"|transcripts|reviews|items)"
        rf" (?:a|per|each|every) month",
        re.IGNORECASE,
    ),
)
_DAILY = (
    re.compile(rf"(?:1日|一日|毎日|日)(?:に|あたり|約)*{_NUMBER} ?(万|千)? ?(?:件|回|通|問)"),
    re.compile(
        rf"\b{_COUNT} ?(k|thousand)? (?:\w+ )?"
        rf"(?:requests|calls|tickets|queries|messages|emails|orders)"
        rf" (?:a|per|each|every) day",
        re.IGNORECASE,
    ),
)
_MONTHLY_WORDS = re.compile(
    r"millions of (\w+ )?(requests|calls|queries) (a|per) month", re.IGNORECASE
)
DAYS = 30


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in the unit its reader says, and the words it was read from."""

    value: float
    words: str


def bare(piece: str) -> tuple[str, Amount] | None:
    """Return what a piece that is nothing but an amount answers: (question, amount)."""
    readers = (("budget", money), ("time", months), ("users", _head_count))
    for criterion, read in readers:
        amount = read(piece)
        if amount is None:
            continue
        if not _AROUND.sub("", piece.replace(amount.words, "", 1)).strip():
            return criterion, amount
    return None


def _head_count(piece: str) -> Amount | None:
    match = _HEADS.search(piece)
    if match is None:
        return None
    if match["one"]:
        return Amount(1.0, match.group())
    factor = SCALES.get(match["scale"] or "", 1.0)
    return Amount(_number(match["count"]) * factor, match.group())


def money(clause: str) -> Amount | None:
    """Return a sum in 10,000 yen, the largest a clause names."""
    found = [*_yen(clause), *_foreign(clause)]
    return max(found, key=_value, default=None)


def _yen(clause: str) -> list[Amount]:
    found = []
    for words, value in ROUND.items():
        if words in clause:
            found.append(Amount(value, words))
    for pattern in (_YEN, _YEN_SHORT):
        for match in pattern.finditer(clause):
            value = _number(match.group(1)) * SCALES.get(match.group(2) or "", 1.0)
            found.append(Amount(value / TEN_THOUSAND, match.group().strip()))
    return found


def _foreign(clause: str) -> list[Amount]:
    found = []
    for match in _FOREIGN.finditer(clause):
        sign, digits, scale = match.groups()
        value = _number(digits) * ENGLISH.get((scale or "").lower(), 1.0) * _rate(sign)
        found.append(Amount(value / TEN_THOUSAND, match.group().strip()))
    for match in _NAMED.finditer(clause):
        digits, scale, currency = match.groups()
        value = _number(digits) * ENGLISH.get((scale or "").lower(), 1.0) * _rate(currency)
        found.append(Amount(value / TEN_THOUSAND, match.group().strip()))
    for match in _KATAKANA.finditer(clause):
        digits, scale, dollar, _ = match.groups()
        rate = DOLLAR if dollar else EURO
        value = _number(digits) * SCALES.get(scale or "", 1.0) * rate
        found.append(Amount(value / TEN_THOUSAND, match.group().strip()))
    return found


def _rate(currency: str) -> float:
    """Return how many yen one unit of a currency is."""
    name = currency.lower()
    if name in ("yen", "jpy", "¥", "￥"):
        return 1
    if name in ("€", "eur") or name.startswith("euro"):
        return EURO
    if name in ("£", "gbp") or name.startswith("pound"):
        return POUND
    return DOLLAR


def months(clause: str) -> Amount | None:
    """Return a span of time in months, the first a clause names."""
    soon = _SOON.search(clause)
    if soon:
        return Amount(1.0, soon.group())
    for pattern, factor in _MONTHS:
        match = pattern.search(clause)
        if match:
            digits = next(group for group in match.groups() if group)
            return Amount(_number(digits) * factor, match.group())
    return None


def people(clause: str) -> Amount | None:
    """Return how many people would use it; those who build it do not count."""
    for pattern in _PEOPLE:
        match = pattern.search(clause)
        if match and not _SMALL.search(match.group()):
            factor = SCALES.get(match.group(2) or "", 1.0)
            if (match.group(2) or "").strip().lower() in ENGLISH:
                factor = ENGLISH[(match.group(2) or "").strip().lower()]
            return Amount(_number(match.group(1)) * factor, match.group())
    return None


def pages(clause: str) -> Amount | None:
    """Return how many pages there are."""
    match = _PAGES.search(clause)
    if match is None:
        return None
    value = _number(match.group(1)) * SCALES.get(match.group(2) or "", 1.0)
    return Amount(value, match.group())


def requests(clause: str) -> Amount | None:
    """Return how many requests a month a clause names."""
    many = _MONTHLY_WORDS.search(clause)
    if many:
        return Amount(2e6, many.group())
    for patterns, factor in ((_REQUESTS, 1.0), (_DAILY, float(DAYS))):
        for pattern in patterns:
            match = pattern.search(clause)
            if match:
                scale = (match.group(2) or "").lower()
                size = SCALES.get(scale, ENGLISH.get(scale, 1.0))
                return Amount(_number(match.group(1)) * size * factor, match.group())
    return None


def band(value: float, limits: Mapping[str, float]) -> str:
    """Return the first option whose limit a number does not pass."""
    return next(option for option, limit in limits.items() if value <= limit)


def _number(text: str) -> float:
    """Return a number as people write it, in digits or as a word."""
    plain = text.replace(",", "").strip().lower()
    if plain in WORDS:
        return float(WORDS[plain])
    return float(plain)


def _value(amount: Amount) -> float:
    return amount.value
