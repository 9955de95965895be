"""`llm-choose token`: makes, lists and revokes tokens of machines, as the account's page does."""

import argparse
from dataclasses import asdict

from rich.console import Console

from bot.command import output
from bot.command.exits import DONE
from bot.command.terminal import said
from bot.service.application import Application
from handlers.conversation import Press
from handlers.tokens import SCOPES, Token, day
from knowledge.errors import KnowledgeError
from knowledge.values import Language

ME = "terminal:local"


async def token(application: Application, arguments: argparse.Namespace, language: Language) -> int:
    """Do what the first word says: make, list or revoke."""
    if arguments.verb == "make":
        return await _make(application, arguments, language)
    if arguments.verb == "revoke":
        return await _revoke(application, arguments, language)
    tokens = await application.tokens.all()
    if arguments.json:
        output.line({"tokens": [_row(one) for one in tokens]})
        return DONE
    console = Console()
    for one in tokens:
        reach = ",".join(one.scopes)
        readers = ",".join(one.audiences)
        words = {"id": one.id, "name": one.name, "ends": day(one.ends), "used": day(one.used)}
        row = application.texts.say(
            "cli.token_row", language, **words, scopes=reach, audiences=readers
        )
        console.print(row, markup=False)
    if not tokens:
        console.print(application.texts.say("web.tokens_none", language), markup=False)
    return DONE


async def _make(application: Application, arguments: argparse.Namespace, language: Language) -> int:
    """
    Make a token, which is shown this one time.

    Raises:
        KnowledgeError: it has no name, or a scope or audience nobody knows.
    """
    scopes = _listed(arguments.scopes)
    audiences = _listed(arguments.audiences)
    unknown = [one for one in scopes if one not in SCOPES]
    unknown += [one for one in audiences if one not in application.people.audiences]
    if unknown:
        reason = application.texts.phrase("cli.token_unknown", word=unknown[0])
        raise KnowledgeError("unknown_word", reason)
    if not arguments.name.strip() or not scopes:
        raise KnowledgeError("token_lacks", application.texts.phrase("web.token_lacks"))
    message = said(Press("access.token"), language)
    await application.documents.context.record(message, "access.token", name=arguments.name)
    made = await application.tokens.make(
        arguments.name, scopes, audiences, days=arguments.days, by=ME
    )
    if arguments.json:
        output.line(_row(made.token) | {"secret": made.secret})
        return DONE
    console = Console(soft_wrap=True)
    text = application.texts.say("web.token_made", language, token=made.token.name)
    console.print(text, markup=False)
    console.print(made.secret, markup=False)
    return DONE


async def _revoke(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    """End a token by its id. Raises KnowledgeError where there is none."""
    gone = await application.tokens.revoke(arguments.name)
    if gone is None:
        reason = application.texts.phrase("cli.token_unknown", word=arguments.name)
        raise KnowledgeError("unknown_token", reason)
    message = said(Press("access.revoke"), language)
    await application.documents.context.record(message, "access.revoke", name=gone.name)
    if arguments.json:
        output.line(_row(gone))
    else:
        text = application.texts.say("cli.token_revoked", language, name=gone.name)
        Console().print(text, markup=False)
    return DONE


def _row(one: Token) -> output.Json:
    return asdict(one) | {"made": day(one.made), "ends": day(one.ends), "used": day(one.used)}


def _listed(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]
