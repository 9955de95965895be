"""The originals: kept by random id, whatever a file is called."""

import json

import pytest

from knowledge.documents.originals import Originals
from knowledge.errors import LibraryUnavailable


@pytest.fixture(params=["disk", "memory"])
def originals(request, tmp_path) -> Originals:
    return Originals(
        str(tmp_path / "originals") if request.param == "disk" else f"memory://{tmp_path.name}"
    )


async def test_a_file_comes_back_and_goes(originals):
    first, second = await originals.put(b"one"), await originals.put(b"one")

    assert first != second
    assert await originals.get(first) == b"one"
    await originals.delete(first)
    await originals.delete(first)
    assert await originals.get(second) == b"one"
    with pytest.raises(LibraryUnavailable) as gone:
        await originals.get(first)
    assert gone.value.code == "original_missing"


async def test_an_id_from_outside_reaches_nothing(tmp_path, shared):
    (tmp_path / "secret").write_text("x")
    originals = Originals(str(tmp_path / "originals"))
    names = [
        row["name"] for row in json.loads((shared / "documents" / "names.json").read_text("utf-8"))
    ]
    for name in [*names, "../secret", "/etc/passwd", "", "..", "a" * 32 + "/../../secret"]:
        with pytest.raises(LibraryUnavailable):
            await originals.get(name)
        await originals.delete(name)
    assert (tmp_path / "secret").exists()


async def test_what_nobody_knows_is_swept_once_it_is_old(tmp_path):
    originals = Originals(str(tmp_path))
    known, lost = await originals.put(b"known"), await originals.put(b"lost")

    assert await originals.sweep(frozenset({known}), age=3600) == 0
    assert await originals.sweep(frozenset({known}), age=-1) == 1
    assert await originals.get(known) == b"known"
    with pytest.raises(LibraryUnavailable):
        await originals.get(lost)


async def test_nothing_is_swept_for_an_index_that_knows_none_of_the_files(tmp_path, caplog):
    """An address that leads to an empty index must not cost the files of the right one."""
    originals = Originals(str(tmp_path))
    kept = await originals.put(b"of another index")

    assert await originals.sweep(frozenset(), age=-1) == 0
    assert await originals.sweep(frozenset({"0" * 32}), age=-1) == 0
    assert await originals.get(kept) == b"of another index"
    assert "no document knows" in caplog.text


async def test_of_a_place_that_cannot_be_written_the_setting_is_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(LibraryUnavailable, match="ORIGINALS") as refused:
        await Originals(str(tmp_path / "file" / "originals")).put(b"x")
    assert refused.value.code == "originals_failed"
