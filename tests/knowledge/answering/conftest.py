"""What the tests of answers share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.retrieval.encoder import VERSION


@pytest.fixture
async def answers(folder: Path) -> AsyncIterator[Answers]:
    """Answers over the shelf in `folder`, which the module puts there."""
    async with Library(open_index(None, folder, version=VERSION)) as library:
        yield Answers(library)
