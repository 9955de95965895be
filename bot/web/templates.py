"""The templates of the web page, each compiled once a process."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template, select_autoescape
from markupsafe import Markup as Safe

from bot.web.icons import Icon, icon

FOLDER = Path(__file__).with_name("templates")


def template(name: str) -> Template:
    """Return a template by the name of its file."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape())
    environment.globals["icon"] = _icon_in_html
    return environment


def _icon_in_html(name: Icon) -> Safe:
    """Return one icon, which templates put in as it is."""
    return Safe(icon(name))  # noqa: S704  # drawn of our own paths
