"""What a terminal prints above a table, it prints once."""

import io

import pytest
from rich.console import Console

from bot.command.terminal import draw
from handlers.conversation import Column, Details, Reply, Table


@pytest.mark.parametrize("width", [80, 20])
def test_details_and_their_table_do_not_both_say_the_same_title(width):
    columns = (Column("Document"), Column("Place"), Column("Outcome"))
    table = Table("Points", columns, (("Library rules", "Article 4", "used"),))
    console = Console(file=io.StringIO(), width=width)

    draw(Reply("", (Details("Points", (table,)),)), console)

    assert console.file.getvalue().count("Points") == 1
