"""
The doctor tries the language model as answers use it: fast enough, long enough, and so that what it
writes can be verified.
"""

import asyncio
import time

from bot.command.finding import Finding, bad
from bot.service.application import Application
from bot.service.part import cause
from handlers.texts import Texts
from knowledge.answering.trial import Trial, tried
from knowledge.errors import ModelUnavailable
from knowledge.models.faults import ModelFault
from knowledge.models.language_models import Model


async def model_tried(application: Application) -> Finding | None:
    """Ask the model once, as answers do; None where none is set."""
    settings = application.settings
    if not settings.llm:
        return None
    model = Model(
        settings.llm,
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key,
        seconds=settings.llm_seconds,
    )
    try:
        await asyncio.to_thread(model.open)
        began = time.perf_counter()
        async with asyncio.timeout(settings.llm_seconds):
            trial = await tried(model, settings.llm_characters)
    except ModelUnavailable as unavailable:
        return bad("model", unavailable.code, unavailable.reason)
    except ModelFault as fault:
        if fault.kind == "timeout":
            return _slow(settings.llm_seconds, application.texts)
        return _faulty(fault, application.texts)
    except TimeoutError:
        return _slow(settings.llm_seconds, application.texts)
    finally:
        await model.close()
    return _judged(trial, time.perf_counter() - began, application.texts)


def _judged(trial: Trial, seconds: float, texts: Texts) -> Finding:
    """Say what people would see of what a model wrote."""
    tokens = trial.written.tokens_in + trial.written.tokens_out
    if not trial.written.text.strip():
        return bad("model", "writes nothing", texts.phrase("check.model_silent"))
    told = f"answered in {seconds:.1f} s, {tokens} tokens"
    if not trial.verified:
        state = f"{told}, not verifiable ({trial.why or 'no statement'})"
        return bad("model", state, texts.phrase("check.model_unverified"))
    return Finding("model", "good", f"{told}, verified")


def _slow(seconds: int, texts: Texts) -> Finding:
    repair = texts.phrase("check.model_slow", seconds=seconds)
    return bad("model", f"not done in {seconds} s", repair)


def _faulty(fault: ModelFault, texts: Texts) -> Finding:
    if "certificate" in cause(fault):
        ended = texts.phrase("check.model_certificate")
        return bad("model", "its certificate is not trusted or has ended", ended)
    match fault.kind:
        case "denied":
            state, repair = "refuses the key", texts.phrase("check.model_key")
        case "unknown_model":
            state, repair = "is not known there", texts.phrase("check.model_unknown")
        case "rate_limited":
            state, repair = "allows no more now", texts.phrase("check.model_limit")
        case "too_long":
            state, repair = "reads less than LLM_CHARACTERS", texts.phrase("check.model_short")
        case "unreachable":
            state, repair = "not answering", texts.phrase("check.model_away")
        case _:
            state, repair = "fails", texts.phrase("check.model_away")
    if fault.status:
        state = f"{state} ({fault.status})"
    return bad("model", state, repair)
