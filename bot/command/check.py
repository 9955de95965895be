"""The doctor: tries each part and names what is missing, and the way out."""

from rich.console import Console

from bot.command import output
from bot.service.application import Application
from bot.settings import Settings
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError
from knowledge.reading.sandbox import Layer, Sandbox, late_imports
from knowledge.values import Language

ACCEPTED = "missing, accepted by SANDBOX=optional"


async def check(settings: Settings, language: Language, *, as_json: bool) -> int:
    """
    Try sessions, library, answers and each layer of the sandbox; 1 when one of them is missing.
    """
    async with Application(settings) as application:
        try:
            await application.answers()
        except KnowledgeError as error:
            Console(stderr=True).print(error.reason.to(language), markup=False)
        parts = await application.readiness()
        parts["sessions_durable"] = (
            "ready" if application.store.durable else "no redis-server found"
        )
        accepted = settings.sandbox == "optional"
        layers = await Sandbox().check()
        parts |= {f"sandbox {layer.name}": _layer(layer, accepted=accepted) for layer in layers}
        if not (accepted or all(layer.closed for layer in layers)):
            Console(stderr=True).print(
                application.texts.say("cli.sandbox_missing", language), markup=False
            )
        parts["readers"] = await _readers(application, language)
        parts["audit log"] = await _audit(application)
        if not settings.embedded:
            parts["workers"] = await _workers(application)
        for platform in settings.platforms:
            if platform.section is not None:
                section = settings.sections.get(platform.name)
                parts[platform.name] = await platform.diagnose(section) if section else "off"
        parts["llm"] = settings.llm or "off"
        parts["embedding"] = await _embedding(application)
    neutral = ("off", ACCEPTED, settings.llm, settings.embedding)
    healthy = all(state in ("ready", "on", *neutral) for state in parts.values())
    if as_json:
        output.line({"healthy": healthy, "parts": parts})
    else:
        for name, state in parts.items():
            mark = "✓" if state in ("ready", "on") else "–" if state in neutral else "✕"
            Console().print(f"{mark} {name}: {state}", markup=False)
    return 0 if healthy else 1


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


async def _embedding(application: Application) -> str:
    try:
        embedding = (await application.library()).embedding
    except KnowledgeError:
        return "not answering"
    return "off" if embedding is None else embedding.name if embedding.size else "not answering"


async def _audit(application: Application) -> str:
    """Recompute the log's chain of hashes: an entry changed, taken out or put in breaks it."""
    try:
        gap = await application.sessions.gap("audit")
    except SessionsUnavailable:
        return "not answering"
    return "ready" if gap is None else f"broken at entry {gap}"


async def _workers(application: Application) -> str:
    try:
        return (
            "ready"
            if await application.queue.workers()
            else "none running: start llm-choose worker"
        )
    except SessionsUnavailable:
        return "not answering"
