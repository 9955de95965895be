"""What is read of a file or a document, looked at in the terminal; nothing is added by it."""

import json
from zipfile import ZipFile

from tests.bot.command.conftest import ENGLISH

JAPANESE = {"LANG": "ja_JP.UTF-8", "LC_ALL": "ja_JP.UTF-8"}
RULES = """# 旅費規程

## 第1条 日当

| 役職 | 日当 |
|---|---|
| 部長 | 5,000円 |
| 課長 |  |

出張は前日までに届け出る。
"""


def test_a_file_is_shown_as_it_is_read_and_not_added(tmp_path, call):
    file = tmp_path / "旅費規程.md"
    file.write_text(RULES)
    told = call("read", str(file), "--data", str(tmp_path / "data"), environment=JAPANESE)
    machine = json.loads(call("read", str(file), "--json", "--data", str(tmp_path / "data")).stdout)

    assert told.returncode == 0
    assert "文字の読み取り率 100%" in told.stdout
    assert "出張は前日までに届け出る。" in told.stdout
    assert "│ 部長 │ 5,000円 │" in told.stdout
    assert machine["receipt"]["percent"] == 100
    [table] = [page["tables"] for page in machine["pages"] if page["tables"]]
    assert table == [[["役職", "日当"], ["部長", "5,000円"], ["課長", ""]]]
    assert {"第1条 日当"} <= {passage["place"] for passage in machine["passages"]}
    assert not (tmp_path / "data").exists()


def test_what_is_hidden_and_what_cannot_be_read_is_named(tmp_path, call, shared):
    hidden = shared / "documents_faithful/k_コメント_非表示.xlsx"
    bundle = tmp_path / "台帳.zip"
    with ZipFile(bundle, "w") as files:
        files.write(hidden, "総務/備品.xlsx")
        files.writestr("総務/図面.xyz", b"\0\1")
    told = call("read", str(bundle), environment=ENGLISH)
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing follows")
    refused = call("read", str(broken), environment=JAPANESE)
    nowhere = call("read", "nowhere.pdf")

    assert "hidden text (sheet “旧様式”)" in told.stdout
    assert "could not be read (総務／図面.xyz)" in told.stdout
    assert "\n総務/備品.xlsx · " in told.stdout  # each page below the file it is of
    assert "旧上限" not in told.stdout
    assert refused.returncode == 1
    assert "broken.pdf" in refused.stderr
    assert (nowhere.returncode, "nowhere.pdf" in nowhere.stderr) == (1, True)


def test_each_version_of_a_document_is_shown(house, tmp_path, call):
    ids = []
    for words in (RULES, RULES.replace("5,000円", "6,000円")):
        (tmp_path / "旅費規程.md").write_text(words)
        name = str(tmp_path / "旅費規程.md")
        added = call("add", "--publish", "--json", name, "--data", str(house))
        ids.append(json.loads(added.stdout)["document"])
    now = call("read", ids[0], "--data", str(house))
    before = call("read", ids[0], "--edition", "1", "--json", "--data", str(house))
    none = call("read", ids[0], "--edition", "7", "--data", str(house))
    report = call("read", ids[0], "--report", "--data", str(house), environment=JAPANESE)

    assert ids[0] == ids[1]
    assert "6,000円" in now.stdout
    assert "5,000円" in before.stdout
    assert json.loads(before.stdout)["version"] == 1
    assert none.returncode == 1
    assert "確認用の質問と回答" in report.stdout
