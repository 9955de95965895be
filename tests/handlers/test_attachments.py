"""What an answer says of files that came with its question."""

import pytest

from handlers.attachments import unread
from handlers.conversation import File, Reply


async def content():
    return b""


@pytest.mark.parametrize(
    ("names", "ja", "en"),
    [
        (("規程.pdf",), "添付の「規程.pdf」は、この答え", "The attached “規程.pdf” was not"),
        (("",), "添付のファイルは、この答え", "The attached file was not"),
        (("", "規程.pdf"), "添付の「規程.pdf」は、この答え", "The attached “規程.pdf” was not"),
        (("travel.md",), "添付の「travel.md」は、この答え", "The attached “travel.md” was not"),
        (("evil.example.md",), "添付のファイルは、この答え", "The attached file was not"),
        (
            ("call.mp3",),
            "添付の「call.mp3」は読み取れない",
            "The attached “call.mp3” is in a format",
        ),
    ],
    ids=["named", "nameless", "one of two", "like an address", "an address", "of another kind"],
)
def test_files_that_were_not_read_are_named_as_far_as_they_have_a_name(texts, names, ja, en):
    files = [File(name, 1, content) for name in names]

    assert ja in unread(Reply("答え"), files, texts, "ja").text
    assert en in unread(Reply("answer"), files, texts, "en").text
