"""
Language models by address: "openai:gpt-4o-mini", "ollama:qwen3", … turned into LlamaIndex model classes.

Each provider beyond OpenAI is an optional extra of the package; its class is imported when the address asks for it.
"""

import importlib
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from knowledge.errors import ModelUnavailable
from knowledge.values import Phrase

TOKENS = 800  # most a model may write for one answer


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider's class lives, which extra installs it, and how it names the address and the key it is given."""

    module: str
    name: str
    extra: str = ""
    base: str = "base_url"
    key: str = "api_key"


PROVIDERS = {
    "openai": Provider("llama_index.llms.openai_like", "OpenAILike", base="api_base"),
    "anthropic": Provider("llama_index.llms.anthropic", "Anthropic", "anthropic"),
    "google": Provider("llama_index.llms.google_genai", "GoogleGenAI", "google", base=""),
    "bedrock": Provider("llama_index.llms.bedrock_converse", "BedrockConverse", "bedrock", base="endpoint_url", key=""),
    "azure": Provider("llama_index.llms.azure_openai", "AzureOpenAI", "azure", base="azure_endpoint"),
    "mistral": Provider("llama_index.llms.mistralai", "MistralAI", "mistral", base="endpoint"),
    "ollama": Provider("llama_index.llms.ollama", "Ollama", "ollama", key=""),
}
OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote. `whole` is False when the stream ended before the model said it was done."""

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    whole: bool = True


def faults() -> tuple[type[Exception], ...]:
    """Return what a provider's client may raise when it fails: the clients in use, and the plain errors below all of them."""
    found: list[type[Exception]] = [OSError, ValueError, TypeError, KeyError, RuntimeError]
    for module, name in (
        ("openai", "OpenAIError"),
        ("httpx", "HTTPError"),
        ("anthropic", "AnthropicError"),
        ("google.genai.errors", "APIError"),
        ("botocore.exceptions", "BotoCoreError"),
        ("botocore.exceptions", "ClientError"),
        ("ollama", "ResponseError"),
    ):
        if module in sys.modules:
            found.append(getattr(sys.modules[module], name))
    return tuple(found)


class Model:
    """A language model of one provider. Nothing is imported or opened before the first question."""

    def __init__(self, address: str, *, base_url: str = "", api_key: str = "") -> None:
        """
        Take an address "provider:model".

        Raises:
            ModelUnavailable: the address names no provider we know, or no model.
        """
        kind, _, name = address.partition(":")
        if kind not in PROVIDERS or not name:
            known = ", ".join(PROVIDERS)
            raise ModelUnavailable(
                "unknown_model",
                Phrase(
                    f"LLM の値「{address}」が読めません。「提供元:モデル名」の形で書いてください(提供元: {known})。",
                    f"LLM={address} cannot be read; write provider:model, with one of {known}.",
                ),
            )
        self.name = address
        self._provider, self._model = PROVIDERS[kind], name
        self._base_url, self._api_key = base_url, api_key
        self._llm: Any = None
        self._http: httpx.AsyncClient | None = None

    def open(self) -> Any:
        """
        Return the LlamaIndex model, built on first use. Importing takes a second or two: call it in a thread.

        Raises:
            ModelUnavailable: the provider's extra is not installed.
        """
        if self._llm is None:
            try:
                module = importlib.import_module(self._provider.module)
            except ModuleNotFoundError as missing:
                raise ModelUnavailable(
                    "missing_extra",
                    Phrase(
                        f"「{self.name}」を使うには追加の部品が必要です: pip install 'llm-choose[{self._provider.extra}]'",
                        f"{self.name} needs an extra: pip install 'llm-choose[{self._provider.extra}]'",
                    ),
                ) from missing
            self._llm = getattr(module, self._provider.name)(**self._settings())
        return self._llm

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = {"model": self._model, "temperature": 0.0}
        if self._provider.key and self._api_key:
            settings[self._provider.key] = self._api_key
        if self._provider.base and self._base_url:
            settings[self._provider.base] = self._base_url
        if self._provider.name == "OpenAILike":
            settings |= {"is_chat_model": True, "max_retries": 0, "max_tokens": TOKENS, "timeout": 20.0}
            self._http = httpx.AsyncClient(timeout=20.0)
            settings["async_http_client"] = self._http
            settings.setdefault("api_base", OPENAI)
            settings.setdefault("api_key", "none")
        return settings

    async def close(self) -> None:
        """Close the connections; the model opens anew when asked again."""
        if self._http is not None:
            await self._http.aclose()
        self._llm = self._http = None

    async def write(self, prompt: str, on_text: Callable[[str], Awaitable[None]]) -> Written:
        """Stream one answer; `on_text` gets all that has been written so far. The provider's errors pass through."""
        from llama_index.core.llms import ChatMessage

        text, last = "", None
        async for part in await self._llm.astream_chat([ChatMessage(role="user", content=prompt)]):
            text, last = str(part.message.content or text), part
            await on_text(text)
        raw = getattr(last, "raw", None)
        usage = getattr(raw, "usage", None)
        choices = getattr(raw, "choices", None)
        return Written(
            text,
            int(getattr(usage, "prompt_tokens", 0) or 0),
            int(getattr(usage, "completion_tokens", 0) or 0),
            whole=bool(last) and not (choices and choices[0].finish_reason is None),
        )
