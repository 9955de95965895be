"""A page of a document as it was read, beside the page itself: for whoever may read it, and nobody else."""

import re

import httpx
import pytest
from starlette.applications import Starlette

from bot.service.application import Application
from bot.service.faces import Faces
from bot.settings import load
from knowledge.reading.reading import read
from knowledge.values import Metadata

HERE = "http://127.0.0.1:21180"
OUT = "http://example.test"


async def staged(application, name, content, **said):
    library = await application.library()
    original = await library.keep(content)
    reading = await read(name, content)
    document, version, _ = await library.stage(
        reading, Metadata(owner="terminal:local", **said), by="terminal:local", original=original
    )
    await library.publish(document.id, version.id)
    return document, version


def client(application):
    _, face = Faces(application).made()["web"]
    app = Starlette(
        routes=face.routes(),
        middleware=face.middleware(lambda _: False),
        exception_handlers=face.errors(),
    )
    base = application.settings.public_url or HERE
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=base, headers={"Origin": base}
    )


RULES = """# 旅費規程

## 第1条 日当

| 役職 | 日当 |
|---|---|
| 部長 | 5,000円 |
| 課長 | 3,500円 |

<script>alert(1)</script>出張は前日までに届け出る。
"""


async def test_the_text_as_read_stands_beside_the_page(house, shared):
    settings = load({}, data=str(house))
    async with Application(settings) as application:
        pdf = (shared / "documents_faithful/cd_縦書き_埋込フォント.pdf").read_bytes()
        document, version = await staged(application, "縦書き.pdf", pdf)
        text = await staged(application, "旅費規程.md", RULES.encode())
        async with client(application) as page:
            seen = await page.get(f"/documents/{document.id}/v/1/page/1?lang=ja")
            picture = await page.get(f"/documents/{document.id}/v/{version.id}/page/1/picture.png")
            table = await page.get(f"/documents/{text[0].id}/v/1/page/1?lang=en")
            led = await page.get(f"/documents/{text[0].id}/v/1/passage/1/1")
            gone = await page.get(f"/documents/{document.id}/v/1/page/7")
            none = await page.get(f"/documents/{text[0].id}/v/1/page/1/picture.png")

    assert seen.status_code == 200
    assert "picture.png" in seen.text
    assert "読み取った文字" in seen.text
    passages = re.findall(r'<p id="p\d+-\d+">(.*)</p>', seen.text)
    assert passages
    assert picture.content.startswith(b"\x89PNG")
    assert picture.headers["content-type"] == "image/png"
    assert "default-src 'self'" in seen.headers["content-security-policy"]
    assert "style=" not in seen.text
    assert re.search(r"<td>課長</td>\s*<td>3,500円</td>", table.text)
    assert "Text as read" in table.text
    assert "<script>alert" not in table.text
    assert led.status_code == 303
    address, _, line = led.headers["location"].partition("#")
    assert address.endswith("/page/1")
    assert f'id="{line}"' in table.text
    assert (gone.status_code, none.status_code) == (404, 404)


async def test_who_may_not_read_it_finds_no_page_and_no_picture(house, shared):
    passwords = {"WEB_PASSWORD": "for-members-only-1", "WEB_ADMIN_PASSWORD": "for-admins-only-12"}
    settings = load({"PUBLIC_URL": OUT, **passwords, "AUDIENCES": "hr=U1"}, data=str(house))
    async with Application(settings) as application:
        pdf = (shared / "documents_faithful/z0_在宅勤務規程.pdf").read_bytes()
        document, _ = await staged(application, "給与.pdf", pdf, audience="hr")
        open_, *_ = await staged(application, "規程.md", "# 規程\n\n一月三日。".encode())
        again, *_ = await staged(application, "規程.md", "# 規程\n\n一月三日まで。".encode())
        assert again.id == open_.id
        base = f"/documents/{document.id}/v/1/page/1"
        seen = {}
        for role in ("member", "admin"):
            async with client(application) as page:
                assert (await page.get(base)).status_code == 401
                password = passwords["WEB_PASSWORD" if role == "member" else "WEB_ADMIN_PASSWORD"]
                await page.post("/signin", data={"password": password, "name": "Ann"})
                for address in (
                    base,
                    f"{base}/picture.png",
                    f"/documents/{document.id}/v/1/passage/1/0",
                    f"/documents/{open_.id}/v/1/page/1",
                    f"/documents/{open_.id}/v/2/page/1",
                ):
                    seen[role, address] = (await page.get(address)).status_code
        statuses = list(seen.values())
    assert statuses == [404, 404, 404, 404, 200, 200, 200, 303, 200, 200]


@pytest.mark.parametrize(
    ("language", "label"), [("ja", "元のページで見る"), ("en", "See it on its page")]
)
async def test_a_source_leads_on_to_its_page_also_where_no_public_address_is_set(
    house, language, label
):
    async with Application(load({}, data=str(house))) as application:
        document, version = await staged(application, "旅費規程.md", RULES.encode())
        library = await application.library()
        passage = (await library.passages(version.id))[-1]
        async with client(application) as page:
            source = f"/source?passage={passage.id}&lang={language}"
            opened = await page.get(source)
            led = await page.get(f"{source}&on=page")
            leaf = await page.get(led.headers["location"])
            await library.withdraw(document.id)
            gone = await page.get(f"{source}&on=page")

    (address,) = re.findall(rf'href="(/documents/[^"]+)">{label}<', opened.text)
    assert led.status_code == 303
    assert led.headers["location"] == address
    assert leaf.status_code == 303
    assert leaf.headers["location"].startswith(f"/documents/{document.id}/v/{version.id}/page/1#p")
    assert gone.status_code == 200
    assert "/documents/" not in gone.text
