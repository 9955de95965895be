"""
The providers of language models: where each one's LlamaIndex class lives and how it is told its
model, address and key.

Our own budget decides about time and retries, so every client is told to try once. Keys that are
not given here are looked for by the provider's client in its own environment variables
(ANTHROPIC_API_KEY, AWS_REGION and so on).
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TOKENS = 800  # most a model may write for one answer
SECONDS = 17.0  # a client may wait for a connection or the next piece, where nobody says otherwise
# tokens a model is said to read; ours are far fewer, and Google's client asks the network when it
# is not told
CONTEXT = 32_000
OPENAI = "https://api.openai.com/v1"
NO_KEY = "none"  # servers of one's own often want no key, their client always does
# where embedding models are when nobody says
EMBEDDERS = {"openai": OPENAI, "ollama": "http://127.0.0.1:11434/v1"}
AZURE_VERSION = "2024-10-21"  # the latest general one of the data plane
Settings = dict[str, Any]
_ONCE: Settings = {"max_tokens": TOKENS, "temperature": 0.0, "max_retries": 0}


@dataclass(frozen=True, slots=True)
class Access:
    """
    What is known of one model: its name, address and key, where an empty text stands for what
    nobody set, and the seconds its client may wait for the next piece. A client that gave up before
    an answer's own time is over would end every answer of a slow machine.
    """

    model: str
    base: str = ""
    key: str = ""
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Provider:
    """
    A provider of language models: its LlamaIndex class is `name` in `module`.

    `settings` returns the constructor's arguments for what is known of a model. `faults` are the
    roots of what the client raises, each as (module, class). `extra` is the extra of our package
    that installs it, empty where it is always there. `end` is the field that stands in the last
    pieces of a stream that was not cut; `close` leads from the class to what closes its
    connections, which it has no word for itself. `keys` are the environment variables its client
    finds a key in, the usual one first; without any it needs none.
    """

    module: str
    name: str
    settings: Callable[[Access], Settings]
    extra: str = ""
    faults: tuple[tuple[str, str], ...] = ()
    end: str = "finish_reason"
    close: str = "_aclient.close"
    keys: tuple[str, ...] = ()


def openai_key(key: str) -> str:
    """Return the key for OpenAI's client: ours, the one in its own variable, or a stand-in."""
    return key or os.environ.get("OPENAI_API_KEY") or NO_KEY


def _openai(access: Access) -> Settings:
    return {
        "model": access.model,
        "api_base": access.base or OPENAI,
        "api_key": openai_key(access.key),
        "is_chat_model": True,
        "context_window": CONTEXT,
        **_once(access),
        "additional_kwargs": _counted(),
    }


def _anthropic(access: Access) -> Settings:
    return {
        "model": access.model,
        **_once(access),
        **_set(base_url=access.base, api_key=access.key),
    }


def _google(access: Access) -> Settings:
    import httpx  # settings are read long before any model is asked

    options: Settings = {
        "timeout": int(access.seconds * 1000),  # milliseconds
        "retry_options": {"attempts": 1},
        # else it takes aiohttp where that is installed
        "httpx_async_client": httpx.AsyncClient(timeout=access.seconds),
        **_set(base_url=access.base),
    }
    return {
        "model": access.model,
        "max_tokens": TOKENS,
        "context_window": CONTEXT,
        "max_retries": 1,
        "file_mode": "inline",
        "http_options": options,
        **_set(api_key=access.key),
    }


def _bedrock(access: Access) -> Settings:
    if access.key:  # Bedrock's API keys are read from the environment alone
        os.environ["AWS_BEARER_TOKEN_BEDROCK"] = access.key
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
    return {
        "model": access.model,
        **_once(access),
        "max_retries": 1,
        **_set(endpoint_url=access.base, region_name=region),
    }


def _azure(access: Access) -> Settings:
    """`access.model` is the name of the deployment, as Azure calls it."""
    return {
        "engine": access.model,
        "model": "gpt-4o",  # tells LlamaIndex a size it knows; what is asked is the deployment
        "api_version": os.environ.get("OPENAI_API_VERSION") or AZURE_VERSION,
        **_once(access),
        "additional_kwargs": _counted(),
        **_set(azure_endpoint=access.base, api_key=access.key),
    }


def _mistral(access: Access) -> Settings:
    return {
        "model": access.model,
        **_once(access),
        "timeout": int(access.seconds),
        **_set(endpoint=access.base, api_key=access.key),
    }


def _ollama(access: Access) -> Settings:
    headers = {}
    if access.key:
        headers["Authorization"] = f"Bearer {access.key}"
    return {
        "model": access.model,
        "temperature": 0.0,
        "context_window": CONTEXT,
        "request_timeout": access.seconds,
        "additional_kwargs": {"num_predict": TOKENS},
        **_set(base_url=access.base, headers=headers),
    }


def _once(access: Access) -> Settings:
    """Return what every client is told that our own budget decides about."""
    return {**_ONCE, "timeout": access.seconds}


def _counted() -> Settings:
    """Ask OpenAI's streams to end with the tokens they took."""
    return {"stream_options": {"include_usage": True}}


def _set(**settings: Any) -> Settings:
    """Return the settings that are set: an empty one would hide what the client finds itself."""
    return {name: value for name, value in settings.items() if value}


_HTTP = ("httpx", "HTTPError")
_OPENAI_FAULTS = (("openai", "OpenAIError"), _HTTP)
PROVIDERS = {
    "openai": Provider(
        module="llama_index.llms.openai_like",
        name="OpenAILike",
        settings=_openai,
        faults=_OPENAI_FAULTS,
        keys=("OPENAI_API_KEY",),
    ),
    "anthropic": Provider(
        module="llama_index.llms.anthropic",
        name="Anthropic",
        settings=_anthropic,
        extra="anthropic",
        faults=(("anthropic", "AnthropicError"), _HTTP),
        end="stop_reason",
        keys=("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    ),
    "google": Provider(
        module="llama_index.llms.google_genai",
        name="GoogleGenAI",
        settings=_google,
        extra="google",
        faults=(
            ("google.genai.errors", "APIError"),
            ("google.genai.errors", "UnknownApiResponseError"),
            _HTTP,
        ),
        close="_client._api_client._async_httpx_client.aclose",
        keys=("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    ),
    "bedrock": Provider(
        module="llama_index.llms.bedrock_converse",
        name="BedrockConverse",
        settings=_bedrock,
        extra="bedrock",
        faults=(
            ("botocore.exceptions", "BotoCoreError"),
            ("botocore.exceptions", "ClientError"),
            ("botocore.eventstream", "ParserError"),
        ),
        end="metrics",  # the piece that says why it stopped is not passed on
        close="_client.close",
    ),
    "azure": Provider(
        module="llama_index.llms.azure_openai",
        name="AzureOpenAI",
        settings=_azure,
        extra="azure",
        faults=_OPENAI_FAULTS,
        keys=("AZURE_OPENAI_API_KEY", "OPENAI_API_KEY"),
    ),
    "mistral": Provider(
        module="llama_index.llms.mistralai",
        name="MistralAI",
        settings=_mistral,
        extra="mistral",
        faults=(("mistralai.client.errors", "MistralError"), _HTTP),
        close="_client.sdk_configuration.async_client.aclose",
        keys=("MISTRAL_API_KEY",),
    ),
    "ollama": Provider(
        module="llama_index.llms.ollama",
        name="Ollama",
        settings=_ollama,
        extra="ollama",
        faults=(("ollama", "ResponseError"), _HTTP),
        end="done_reason",
        close="async_client._client.aclose",
    ),
}
