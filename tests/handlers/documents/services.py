"""Services on this machine that speak as SharePoint, Google Drive, Confluence and Notion do, one after another."""

import asyncio
import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

TOKEN = "t0ken"
LOGIN = '<html><form><input type="password" name="p"></form></html>'


@dataclass
class Cloud:
    """
    What every one of them does: asks for a token, is busy, takes a permission away, shows a login page. `files` are
    texts by path; `asked` are the paths asked for, `leaked` those where a token came that is none of that place's.
    """

    files: dict[str, str]
    busy: int = 0  # answers that say "later"
    denied: set[str] = field(default_factory=set)  # folders
    login: bool = False
    silent: asyncio.Event | None = None  # until this is set nobody is answered
    asked: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    port: int = 0
    store: int = 0  # the port where files lie

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])

    def elsewhere(self) -> Starlette:
        """Return where files lie: it takes no token."""

        async def give(request: Request) -> Response:
            if "authorization" in request.headers:
                self.leaked.append(request.url.path)
            return Response(self.files[request.query_params["path"]])

        return Starlette(routes=[Route("/blob", give)])

    async def _answer(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        if self.silent is not None:
            await self.silent.wait()
        if self.busy:
            self.busy -= 1
            return JSONResponse({"error": "later"}, 429, {"Retry-After": "3"})
        if self.login:
            return HTMLResponse(LOGIN)
        if request.url.path.endswith("/token"):
            return self._token((await request.body()).decode())
        if not self._is_known(request.headers.get("authorization", "")):
            return JSONResponse({"error": {"code": "InvalidAuthenticationToken"}}, 401)
        body = json.loads(await request.body() or b"{}")
        return self.answer(request.url.path, dict(request.query_params), body)

    def _token(self, form: str) -> Response:
        if "client_secret=right" not in form and "assertion=" not in form:
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse({"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN})

    def _is_known(self, header: str) -> bool:
        basic = base64.b64encode(f"mai@example.com:{TOKEN}".encode()).decode()
        return header in (f"Bearer {TOKEN}", f"Basic {basic}")

    def answer(self, path: str, query: dict, body: dict) -> Response:
        raise NotImplementedError

    @property
    def here(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def blob(self, path: str) -> Response:
        return RedirectResponse(f"http://127.0.0.1:{self.store}/blob?path={path}", 302)

    def below(self, folder: str) -> Iterator[tuple[str, str]]:
        """Yield the names in a folder ("" or "a/b/") with what they are: the path of a file, or "" for a folder."""
        seen = set()
        for path in self.files:
            if not path.startswith(folder):
                continue
            name, slash, _ = path.removeprefix(folder).partition("/")
            if name not in seen:
                seen.add(name)
                yield name, "" if slash else path


def version_of(text: str) -> str:
    return str(sum(text.encode()))


class SharePoint(Cloud):
    """Microsoft Graph: a site with a library, two items a page; an item's id is its path."""

    address = "https://contoso.sharepoint.com/sites/hr/Shared%20Documents/Forms/AllItems.aspx?id=%2Fsites%2Fhr%2FShared%20Documents%2Frules"

    def answer(self, path: str, query: dict, body: dict) -> Response:
        if path == "/v1.0/sites/contoso.sharepoint.com:/sites/hr":
            return JSONResponse({"id": "contoso.sharepoint.com,1,2", "displayName": "hr"})
        if path.endswith("/drives"):
            library = {
                "id": "b!x",
                "name": "Documents",
                "webUrl": "https://contoso.sharepoint.com/sites/hr/Shared%20Documents",
            }
            return JSONResponse(
                {
                    "value": [
                        {"id": "b!y", "webUrl": "https://contoso.sharepoint.com/sites/hr/Other"},
                        library,
                    ]
                }
            )
        if path == "/v1.0/drives/b!x/root:/rules":
            return JSONResponse({"id": "root", "name": "rules", "folder": {"childCount": 2}})
        item, _, verb = path.removeprefix("/v1.0/drives/b!x/items/").rpartition("/")
        where = "" if item == "root" else bytes.fromhex(item).decode()
        if verb == "content":
            return self.blob(where)
        if where in self.denied:
            return JSONResponse(
                {"error": {"code": "accessDenied", "message": "Access denied"}}, 403
            )
        rows = [self._item(where, name, file) for name, file in self.below(where)]
        at = int(query.get("$skiptoken", 0))
        page = {"value": rows[at : at + 2]}
        if at + 2 < len(rows):
            page["@odata.nextLink"] = f"{self.here}{path}?$skiptoken={at + 2}"
        return JSONResponse(page)

    def _item(self, where: str, name: str, file: str) -> dict:
        id_ = (file or f"{where}{name}/").encode().hex()
        row = {
            "id": id_,
            "name": name,
            "eTag": f'"{{{id_}}},1"',
            "webUrl": f"https://contoso.sharepoint.com/{id_}",
        }
        if not file:
            return row | {"folder": {"childCount": 1}, "size": 10}
        text = self.files[file]
        return row | {
            "file": {"mimeType": "text/markdown"},
            "size": len(text.encode()),
            "cTag": f'"c:{version_of(text)}"',
        }


class Drive(Cloud):
    """Google Drive: a folder tree with a document of Google's own, a shortcut back to its root, and two of one name."""

    address = "https://drive.google.com/drive/u/0/folders/root0"
    FOLDER = "application/vnd.google-apps.folder"

    def answer(self, path: str, query: dict, body: dict) -> Response:
        id_ = path.removeprefix("/drive/v3/files").strip("/")
        if not id_:
            return self._list(query["q"].split("'")[1])
        if id_ == "root0":
            return JSONResponse({"id": id_, "mimeType": self.FOLDER, "trashed": False})
        file = bytes.fromhex(id_.removesuffix("/export")).decode()
        if id_.endswith("/export"):
            assert query["mimeType"].endswith("wordprocessingml.document")
        return Response(self.files[file].encode(), media_type="application/octet-stream")

    def _list(self, folder: str) -> Response:
        where = "" if folder == "root0" else bytes.fromhex(folder).decode()
        if where in self.denied:
            return JSONResponse(
                {
                    "error": {
                        "code": 403,
                        "message": "The user does not have sufficient permissions",
                    }
                },
                403,
            )
        rows = [self._row(where, name, file) for name, file in self.below(where)]
        if not where:
            target = {"targetId": "root0", "targetMimeType": self.FOLDER}
            rows.append(
                {
                    "id": "loop",
                    "name": "loop",
                    "mimeType": "application/vnd.google-apps.shortcut",
                    "shortcutDetails": target,
                }
            )
        return JSONResponse({"kind": "drive#fileList", "incompleteSearch": False, "files": rows})

    def _row(self, where: str, name: str, file: str) -> dict:
        row = {
            "id": (file or f"{where}{name}/").encode().hex(),
            "name": name,
            "mimeType": "text/markdown",
        }
        if not file:
            return row | {"mimeType": self.FOLDER}
        digest = version_of(self.files[file])
        return row | {
            "md5Checksum": digest,
            "size": str(len(self.files[file].encode())),
            "webViewLink": "https://drive.google.com/x",
        }


class Confluence(Cloud):
    """A space of a Confluence of one's own; `files` are pages by title, told by number; one page a list."""

    numbers: dict[str, str]

    @property
    def address(self) -> str:
        return f"confluence+{self.here}/wiki/spaces/HR"

    def number(self, path: str) -> str:
        return path.encode().hex()[:16]

    def answer(self, path: str, query: dict, body: dict) -> Response:
        if path == "/wiki/rest/api/content/search":
            assert 'space = "HR"' in query["cql"]
            at = int(query.get("start", 0))
            names = list(self.files)
            rows = [self._row(name) for name in names[at : at + 1]]
            links = {"base": f"{self.here}/wiki", "context": "/wiki"}
            if at + 1 < len(names):
                links["next"] = (
                    f"/rest/api/content/search?cql={query['cql'].replace(' ', '+')}&start={at + 1}&limit=1"
                )
            return JSONResponse({"results": rows, "start": at, "limit": 1, "_links": links})
        if path.startswith("/wiki/download/"):
            return self.blob(bytes.fromhex(path.rpartition("/")[2]).decode())
        for name, text in self.files.items():
            if path.endswith(f"/content/{self.number(name)}"):
                if name in self.denied:
                    return JSONResponse({"statusCode": 403, "message": "not permitted"}, 403)
                title, _, rest = text.partition("\n")
                html = "".join(f"<p>{line}</p>" for line in rest.split("\n") if line)
                return JSONResponse(
                    {
                        "id": path,
                        "title": title,
                        "body": {"export_view": {"value": html, "representation": "export_view"}},
                    }
                )
        return JSONResponse({"statusCode": 404, "message": "No space"}, 404)

    def _row(self, name: str) -> dict:
        row = {
            "id": self.number(name),
            "version": {"number": int(version_of(self.files[name]))},
            "_links": {"webui": f"/display/HR/{self.number(name)}"},
        }
        if "." in name:
            link = {"download": f"/download/attachments/1/{name.encode().hex()}", "webui": "/x"}
            return row | {
                "type": "attachment",
                "title": name,
                "extensions": {"fileSize": 9},
                "container": {"title": "経費"},
                "_links": link,
            }
        return row | {"type": "page", "title": name}


class Notion(Cloud):
    """Pages shared with an integration, below one page or beside it; text stands in blocks of several kinds."""

    address = "https://www.notion.so/Rules-00000000000000000000000000000001"
    ROOT = "00000000-0000-0000-0000-000000000001"

    def answer(self, path: str, query: dict, body: dict) -> Response:
        if path == "/v1/search":
            names = list(self.files)
            at = int(body.get("start_cursor", 0))
            more = at + 2 < len(names)
            rows = [self._page(name) for name in names[at : at + 2]]
            return JSONResponse(
                {
                    "object": "list",
                    "results": rows,
                    "has_more": more,
                    "next_cursor": str(at + 2) if more else None,
                }
            )
        if path.startswith("/v1/pages/"):
            return JSONResponse(self._page("root"))
        number = path.split("/")[3]
        if not path.endswith("/children"):  # a column the page stands in
            return JSONResponse(
                {
                    "object": "block",
                    "id": number,
                    "parent": {"type": "page_id", "page_id": self.ROOT},
                }
            )
        for name, text in self.files.items():
            if number == self.number(name):
                if name in self.denied:
                    return JSONResponse(
                        {"object": "error", "status": 403, "code": "restricted_resource"}, 403
                    )
                return JSONResponse(
                    {
                        "object": "list",
                        "results": self._blocks(text),
                        "has_more": False,
                        "next_cursor": None,
                    }
                )
        return JSONResponse(
            {"object": "list", "results": [self._row("部長", "5,000円")], "has_more": False}
        )

    def number(self, name: str) -> str:
        return name.encode().hex()[:32].ljust(32, "a")

    def _page(self, name: str) -> dict:
        number = self.ROOT if name == "root" else self.number(name)
        parent = {"type": "block_id", "block_id": "c" * 32}
        if name.startswith("outside"):
            parent = {"type": "workspace", "workspace": True}
        edited = f"2026-01-{1 + int(version_of(self.files.get(name, ''))) % 28:02d}T00:00:00.000Z"
        title = {"Name": {"id": "title", "type": "title", "title": [{"plain_text": name}]}}
        return {
            "object": "page",
            "id": number,
            "parent": parent,
            "archived": False,
            "last_edited_time": edited,
            "properties": title,
            "url": f"https://www.notion.so/{number}",
        }

    def _rich(self, text: str) -> dict:
        return {"rich_text": [{"type": "text", "plain_text": text, "href": None}]}

    def _row(self, *cells: str) -> dict:
        return {
            "object": "block",
            "id": "r",
            "type": "table_row",
            "has_children": False,
            "table_row": {"cells": [[{"plain_text": cell}] for cell in cells]},
        }

    def _blocks(self, text: str) -> list[dict]:
        rows = [
            {
                "object": "block",
                "id": "b1",
                "type": "heading_1",
                "has_children": False,
                "heading_1": self._rich("第1条 期限"),
            }
        ]
        rows += [
            {
                "object": "block",
                "id": f"p{n}",
                "type": "bulleted_list_item",
                "has_children": False,
                "bulleted_list_item": self._rich(line),
            }
            for n, line in enumerate(text.split("\n"))
        ]
        table = {
            "object": "block",
            "id": "dddddddd-dddd-dddd-dddd-dddddddddddd",
            "type": "table",
            "has_children": True,
            "table": {"table_width": 2},
        }
        return [
            *rows,
            table,
            {
                "object": "block",
                "id": "x",
                "type": "unsupported",
                "has_children": False,
                "unsupported": {},
            },
        ]
