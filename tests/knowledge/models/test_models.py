"""Each provider's real client, built from an address and spoken to over loopback."""

import asyncio
import importlib.util
import sys

import pytest

from knowledge.errors import ModelUnavailable
from knowledge.models.faults import ModelFault
from knowledge.models.language_models import FAILURES, LONGEST, REST, Breaker, Model
from knowledge.models.providers import PROVIDERS, Access


@pytest.fixture(params=PROVIDERS)
def provider(request, monkeypatch):
    """A provider's name; the test is skipped where its extra is not installed."""
    if importlib.util.find_spec(PROVIDERS[request.param].module) is None:
        pytest.skip(f"the extra {request.param} is not installed")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "k")
    return request.param


# a model's name where the client knows its provider's models, and where the stub speaks below its root
MODEL = "mistral-small-latest"
NAMES = {
    "anthropic": "claude-sonnet-4-5",
    "google": "gemini-2.5-flash",
    "bedrock": "anthropic.claude-sonnet-4-20250514-v1:0",
}
PATHS = {"openai": "/v1"}


def speaking(provider, stub):
    return Model(
        f"{provider}:{NAMES.get(provider, MODEL)}",
        base_url=f"http://127.0.0.1:{stub.port}{PATHS.get(provider, '')}",
        api_key="" if provider == "bedrock" else "k",
    )


@pytest.fixture
async def model(provider, stub):
    opened = speaking(provider, stub)
    await asyncio.to_thread(opened.open)
    yield opened
    await opened.close()


async def heard(text):
    pass


async def test_a_provider_is_spoken_to_in_its_own_protocol(model):
    seen = []

    async def on_text(text):
        seen.append(text)

    written = await model.write("言い換える質問: 契約書は何年保存しますか", on_text)

    assert written.text == "契約書は何年保存しますか"
    assert written.whole
    assert len(seen) > 1
    assert (written.tokens_in, written.tokens_out) == (7, 3)


def test_a_client_waits_as_long_as_an_answer_may_take(provider):
    settings = PROVIDERS[provider].settings(Access(MODEL, seconds=60.0))
    waits = settings.get("timeout") or settings.get("request_timeout")
    if provider == "google":
        waits = settings["http_options"]["timeout"] / 1000  # milliseconds
    assert waits == 60


async def test_who_cannot_be_reached_and_who_is_too_slow_are_told_apart(stub):
    stub.mode = "fact"
    stub.hung.clear()
    slow = Model("openai:m", base_url=f"http://127.0.0.1:{stub.port}/v1", seconds=0.3)
    away = Model("openai:m", base_url="http://127.0.0.1:9/v1")
    kinds = []
    for model in (slow, away):
        await asyncio.to_thread(model.open)
        with pytest.raises(ModelFault) as error:
            await model.write("質問: 何年", heard)
        kinds.append(error.value.kind)
        await model.close()
    assert kinds == ["timeout", "unreachable"]


@pytest.mark.parametrize("mode", ["429", "500", "cut", "garbage", "endless", "huge"])
async def test_whatever_a_provider_sends_is_a_fault_or_bounded_text(model, stub, mode):
    stub.mode = mode
    try:
        written = await model.write("質問: 何年", heard)
    except ModelFault as fault:
        assert fault.status == int(mode) if mode.isdigit() else fault.status in (0, 200)
    else:
        assert not mode.isdigit()
        assert len(written.text) <= LONGEST
        assert written.whole == (mode in ("endless", "huge"))


async def test_a_missing_extra_is_a_sentence_that_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "llama_index.llms.anthropic", None)
    with pytest.raises(ModelUnavailable) as error:
        Model("anthropic:claude").open()
    assert "llm-choose[anthropic]" in error.value.reason.ja
    assert "llm-choose[anthropic]" in error.value.reason.en


@pytest.mark.parametrize("address", ["gpt-4o", "openai:", ":x", "grok:1", ""])
def test_an_address_of_no_provider_is_refused(address):
    with pytest.raises(ModelUnavailable) as error:
        Model(address)
    assert "provider:model" in error.value.reason.en


async def test_a_model_its_provider_does_not_know_is_a_sentence():
    if importlib.util.find_spec("llama_index.llms.anthropic") is None:
        pytest.skip("the extra anthropic is not installed")
    with pytest.raises(ModelUnavailable) as error:
        Model("anthropic:no-such-model", api_key="k").open()
    assert error.value.code == "bad_model_settings"


def test_after_a_row_of_failures_a_model_rests_and_then_one_question_tries_it():
    now = 0.0
    breaker = Breaker(lambda: now)
    for _ in range(FAILURES):
        assert breaker.closed()
        breaker.failed()
    assert not breaker.closed()
    now = REST
    assert breaker.closed()
    assert not breaker.closed()
    breaker.succeeded()
    assert breaker.closed()
    assert FAILURES <= 5
    assert REST <= 30
