"""A process killed while it replaces a document: the old or the new version is wholly there, on both kinds of index."""

import pytest

from tests.soak.replace_killed import soak


@pytest.mark.parametrize(("kind", "kills"), [("embedded", 2), ("server", 1)])
async def test_a_kill_shows_the_old_or_the_new_version_whole(tmp_path, kind, kills):
    counts = await soak(kind, kills, seed=11, folder=tmp_path)
    assert counts["whole"] >= kills
    assert (counts["mix"], counts["neither"]) == (0, 0)
