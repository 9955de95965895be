"""
The file `.env`, and the names in it and in the environment that are no settings of ours.

What libraries read (proxies, certificates, clouds, providers) may stand in the file and is handed
on to them. A name that is a slip of one of ours stops the start, wherever it stands.
"""

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from bot.environment import InvalidSettings
from handlers.texts import Texts

ENV = ".env"
OURS = "LLM_CHOOSE_"
PREFIXES = ("LLM_", "SLACK_", "TEAMS_", "WEB_")  # what names of ours in the file begin with
TOOLS = frozenset({"LLM_CHOOSE_SHARED", "LLM_CHOOSE_CLIENTS"})  # of the tests
BUNDLES = ("REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE")
NEAR = 0.8  # how alike a credential in the file and a name of ours may be before it is a slip

# What libraries read: whole names, and what a name may begin with. Sources: the manuals of
# OpenSSL, requests, uvicorn, botocore, Azure, Google, OpenTelemetry, Docker Compose.
LIBRARIES = re.compile(
    r"(?:HTTPS?|ALL|NO)_PROXY|TZ|LANG|LANGUAGE|LC_\w+|PATH|HOME"
    r"|SSL_CERT_(?:FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS"
    r"|FORWARDED_ALLOW_IPS|REDIS_PASSWORD|REDIS_MEMORY|HTTPS?_PORT"
    r"|TESSDATA_PREFIX|NLTK_DATA|BOTO_CONFIG"
    r"|(?:AWS|AZURE|GOOGLE|GCP|GCLOUD|CLOUDSDK|GEMINI|OPENAI|ANTHROPIC|MISTRAL|OLLAMA|OTEL|FSSPEC"
    r"|MSI|IDENTITY|COMPOSE|DOCKER|PYTHON|GRPC|HF|TIKTOKEN|MALLOC)_\w+"
    r"|PYTHON[A-Z]+|OMP_NUM_THREADS|OPENBLAS_NUM_THREADS|WEB_CONCURRENCY"
)
CREDENTIAL = re.compile(r"\w+_(?:TOKEN|SECRET|PASSWORD|KEY|KEY_ID|USER|USERNAME)")

# What Kubernetes puts into every container about a service named "llm-choose".
CLUSTER = re.compile(r"LLM_CHOOSE_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT(?:_\d+_(?:TCP|UDP)\w*)?)")


def from_file() -> dict[str, str]:
    """
    Return what `.env` in the working folder says.

    Raises:
        InvalidSettings: it is no text, a line is no NAME=value, or a name stands there twice.
    """
    try:
        with Path(ENV).open(encoding="utf-8-sig") as stream:
            bindings = list(parse_stream(stream))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = Texts.load().phrase("settings.unreadable_env")
        raise InvalidSettings("unreadable_env", reason) from error
    said: dict[str, str] = {}
    for name, value in _rows(bindings):
        if name in said:
            reason = Texts.load().phrase("settings.twice_in_env", name=name)
            raise InvalidSettings("twice_in_env", reason)
        said[name] = value
    return said


def _rows(bindings: Iterable[Binding]) -> Iterator[tuple[str, str]]:
    """Yield each name with its value; a line that gives no value stops the start."""
    for binding in bindings:
        wrong = binding.error or (binding.key is not None and binding.value is None)
        if wrong:
            text = binding.original.string
            blank = len(text) - len(text.lstrip())
            number = binding.original.line + text[:blank].count("\n")
            reason = Texts.load().phrase("settings.bad_line", number=number)
            raise InvalidSettings("bad_line", reason)
        if binding.key is not None:
            yield binding.key, binding.value or ""


def hand_on(file: Mapping[str, str], known: frozenset[str]) -> None:
    """Put what libraries read into the environment of this process; what stands there wins."""
    for name, value in file.items():
        if name not in known:
            os.environ.setdefault(name, value)
    if "TZ" in file:
        time.tzset()
    _share_certificates()


def _share_certificates() -> None:
    """
    Let one file of certificates serve every client: requests and botocore, which Teams and S3 are
    spoken to with, look for it under names of their own.
    """
    file = os.environ.get("SSL_CERT_FILE", "")
    if file:
        for name in BUNDLES:
            os.environ.setdefault(name, file)


def refuse_unknown(
    file: Mapping[str, str], environment: Mapping[str, str], known: frozenset[str]
) -> None:
    """
    Stop at a name in `.env` that is no setting and read by no library, and at one in the
    environment that is a slip of a setting.

    Raises:
        InvalidSettings: names the setting that was probably meant.
    """
    for name in file:
        if name not in known and not _elsewhere(name, known):
            near = next(iter(get_close_matches(name.upper(), sorted(known), 1, cutoff=0.0)), "")
            reason = Texts.load().phrase("settings.unknown_setting", name=name, near=near)
            raise InvalidSettings("unknown_setting", reason)
    for name in environment:
        meant = _slip(name, environment, known)
        if meant:
            reason = Texts.load().phrase("settings.unknown_variable", name=name, near=meant)
            raise InvalidSettings("unknown_setting", reason)


def _elsewhere(name: str, known: frozenset[str]) -> bool:
    """Report whether a name in the file is for a library, or a credential of somebody else's."""
    word = name.upper()
    if LIBRARIES.fullmatch(word) or name in TOOLS:
        return True
    if word.startswith(PREFIXES) or not CREDENTIAL.fullmatch(word):
        return False
    return all(SequenceMatcher(None, word, ours).ratio() < NEAR for ours in known)


def _slip(name: str, environment: Mapping[str, str], known: frozenset[str]) -> str:
    """Return the setting a name of the environment was meant for, "" where it is none of ours."""
    if name in known or name in TOOLS or CLUSTER.fullmatch(name):
        return ""
    word = name.upper()
    if word.startswith(OURS):
        return next(iter(get_close_matches(word, sorted(known), 1, cutoff=0.0)), "")
    for ours in sorted(known - environment.keys()):
        singular = "_" not in ours and word == ours.removesuffix("S")  # ADMIN, PLATFORM: common
        if not singular and _near(word, ours):
            return ours
    return ""


def _near(word: str, other: str) -> bool:
    """
    Report whether two names of five letters or more are the same but for capitals, one letter, or
    two neighbours that changed places.
    """
    if word == other:
        return len(word) > len("LLM")
    shorter, longer = sorted((word, other), key=len)
    if len(shorter) < len("ADMIN") or len(longer) - len(shorter) > 1:
        return False
    if len(shorter) < len(longer):
        return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    differing = [at for at in range(len(word)) if word[at] != other[at]]
    if len(differing) == 1:
        return True
    if len(differing) != 2 or differing[1] - differing[0] != 1:
        return False
    first, second = differing
    return (word[first], word[second]) == (other[second], other[first])
