"""
The doctor: tries each part and names what is missing, and the way out. What is tried beyond that
stands in `examination.py`.
"""

from collections.abc import Mapping

from rich.console import Console

from bot.command import output
from bot.command.desk import opened
from bot.command.examination import examine
from bot.command.finding import Mark
from bot.service.application import Application
from bot.settings import Settings
from bot.troubles import repairs
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError
from knowledge.reading.sandbox import Layer, Sandbox, late_imports
from knowledge.values import Language

ACCEPTED = "missing, accepted by SANDBOX=optional"
GOOD, NEUTRAL, BAD = "✓", "–", "✕"
MARKS: dict[Mark, str] = {"good": GOOD, "neutral": NEUTRAL, "bad": BAD}


async def check(settings: Settings, language: Language, *, as_json: bool) -> int:
    """
    Try every part and each layer of the sandbox; 1 when something is missing or amiss.
    """
    async with opened(settings) as application:
        try:
            await application.answers()
            await application.encoder_read()
        except KnowledgeError as error:
            Console(stderr=True).print(error.reason.to(language), markup=False)
        parts = await application.readiness()
        parts["sessions_durable"] = "ready"
        if not application.store.durable:
            parts["sessions_durable"] = "no redis-server found"
        accepted = settings.sandbox == "optional"
        whole = True
        for layer in await Sandbox().check():
            parts[f"sandbox {layer.name}"] = _layer(layer, accepted=accepted)
            whole = whole and layer.closed
        if not (whole or accepted):
            Console(stderr=True).print(
                application.texts.say("cli.sandbox_missing", language), markup=False
            )
        parts["readers"] = await _readers(application, language)
        parts["audit log"] = await _audit(application)
        if not settings.embedded:
            parts["workers"] = await _workers(application)
        parts |= await _platforms(settings)
        parts["llm"] = settings.llm or "off"
        parts["embedding"] = await _embedding(application)
        findings = await examine(application)
    neutral = ("off", ACCEPTED, settings.llm, settings.embedding)
    marks = {name: _mark(state, neutral) for name, state in parts.items()}
    ways = repairs(application.texts, parts)
    for finding in findings:
        parts[finding.part] = finding.state
        marks[finding.part] = MARKS[finding.mark]
    healthy = BAD not in marks.values()
    for finding in findings:
        if finding.repair is not None:
            ways[finding.part] = finding.repair
    told = {part: way.to(language) for part, way in ways.items()}
    if as_json:
        output.line({"healthy": healthy, "parts": parts, "repairs": told})
    else:
        _show(parts, marks, told)
    return 0 if healthy else 1


def _show(parts: Mapping[str, str], marks: Mapping[str, str], ways: Mapping[str, str]) -> None:
    """Print each part on a line; below one that is bad, the way out."""
    told = set()
    for name, state in parts.items():
        Console().print(f"{marks[name]} {name}: {state}", markup=False)
        way = ways.get(name)
        if way and way not in told:  # several parts may need the same
            Console().print(f"  → {way}", markup=False, soft_wrap=True)
            told.add(way)


def _mark(state: str, neutral: tuple[str, ...]) -> str:
    if state in ("ready", "on"):
        return GOOD
    return NEUTRAL if state in neutral else BAD


def _layer(layer: Layer, *, accepted: bool) -> str:
    if layer.closed:
        return "ready"
    return ACCEPTED if accepted else "missing"


async def _readers(application: Application, language: Language) -> str:
    """Name the imports that would fail once a document is read."""
    places = await late_imports()
    for place in places:
        Console(stderr=True).print(
            application.texts.say("cli.late_import", language, place=place),
            markup=False,
            soft_wrap=True,
        )
    return ", ".join(places) or "ready"


async def _platforms(settings: Settings) -> dict[str, str]:
    """Try every platform there is something to try of; one that is not set up is "off"."""
    states = {}
    for platform in settings.platforms:
        if platform.section is None or platform.diagnose is None:
            continue
        states[platform.name] = "off"
        section = settings.sections.get(platform.name)
        if section is not None:
            states[platform.name] = await platform.diagnose(section)
    return states


async def _embedding(application: Application) -> str:
    if not application.settings.embedding:
        return "off"
    try:
        embedding = (await application.library()).embedding
    except KnowledgeError:
        return "not answering"
    if embedding is None:
        return "off"
    if not embedding.size:
        return "not answering"
    return embedding.name


async def _audit(application: Application) -> str:
    """Recompute the log's chain of hashes: an entry changed, taken out or put in breaks it."""
    try:
        gap = await application.sessions.gap("audit")
    except SessionsUnavailable:
        return "not answering"
    if gap is None:
        return "ready"
    return f"broken at entry {gap}"


async def _workers(application: Application) -> str:
    try:
        if await application.queue.workers():
            return "ready"
    except SessionsUnavailable:
        return "not answering"
    return "none running: start llm-choose worker"
