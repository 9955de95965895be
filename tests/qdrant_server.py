"""
A Qdrant server for tests: its REST protocol over the client's own local mode, which does what the server does to points.

`delay` is the time each call takes; with `key` it wants that API key. `calls` counts what came, `asked` keeps it.
It is one node: what only a cluster does (shards, replicas, ordering) is taken as it comes, and can be looked up in `asked`.
"""

import asyncio
from typing import Any

from pydantic import TypeAdapter
from qdrant_client import AsyncQdrantClient, models
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

POINTS = "/collections/{name}/points"


class QdrantServer:
    def __init__(self, *, delay: float = 0.0, key: str = "", version: str = "1.16.0") -> None:
        self.delay = delay
        self.key = key
        self.version = version
        self.calls = 0
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self._local = AsyncQdrantClient(":memory:")
        routes = [
            ("GET", "/", self._root),
            ("GET", "/aliases", self._aliases),
            ("POST", "/collections/aliases", self._update_aliases),
            ("GET", "/collections/{name}/exists", self._exists),
            ("GET", "/collections/{name}", self._info),
            ("PUT", "/collections/{name}", self._create),
            ("DELETE", "/collections/{name}", self._drop),
            ("PUT", "/collections/{name}/index", self._index),
            ("PUT", POINTS, self._upsert),
            ("POST", POINTS, self._retrieve),
            ("POST", f"{POINTS}/scroll", self._scroll),
            ("POST", f"{POINTS}/count", self._count),
            ("POST", f"{POINTS}/payload", self._payload),
            ("POST", f"{POINTS}/delete", self._delete),
            ("POST", f"{POINTS}/query", self._query),
            ("POST", f"{POINTS}/query/batch", self._batch),
        ]
        self.app = Starlette(
            routes=[
                Route(path, self._answering(call), methods=[verb]) for verb, path, call in routes
            ]
        )

    def _answering(self, call: Any) -> Any:
        async def answer(request: Request) -> JSONResponse:
            self.calls += 1
            if request.url.path == "/":  # told to everybody, and in no envelope
                return JSONResponse({"title": "qdrant", "version": self.version})
            if self.key and request.headers.get("api-key") != self.key:
                return JSONResponse({"status": {"error": "Must provide an API key"}}, 401)
            body = await request.json() if await request.body() else {}
            query = dict(request.query_params)
            self.asked.append((request.method, request.url.path, query, body))
            await asyncio.sleep(self.delay)
            try:
                result = await call(request.path_params.get("name", ""), body)
            except ValueError as error:
                taken = "already exists" in str(error)
                return JSONResponse({"status": {"error": str(error)}}, 409 if taken else 404)
            return JSONResponse({"time": 0.0, "status": "ok", "result": _plain(result)})

        return answer

    async def _root(self, name: str, body: Any) -> Any:
        """Answered before anything is asked of the points."""

    async def _aliases(self, name: str, body: Any) -> Any:
        return await self._local.get_aliases()

    async def _update_aliases(self, name: str, body: Any) -> Any:
        steps = TypeAdapter(list[models.AliasOperations]).validate_python(body["actions"])
        return await self._local.update_collection_aliases(steps)

    async def _exists(self, name: str, body: Any) -> Any:
        return {"exists": await self._local.collection_exists(name)}

    async def _info(self, name: str, body: Any) -> Any:
        return await self._local.get_collection(name)

    async def _create(self, name: str, body: Any) -> Any:
        made = models.CreateCollection.model_validate(body)
        return await self._local.create_collection(
            name, vectors_config=made.vectors or {}, sparse_vectors_config=made.sparse_vectors
        )

    async def _drop(self, name: str, body: Any) -> Any:
        return await self._local.delete_collection(name)

    async def _index(self, name: str, body: Any) -> Any:
        return _done()

    async def _upsert(self, name: str, body: Any) -> Any:
        points = TypeAdapter(list[models.PointStruct]).validate_python(body["points"])
        unchanged = (
            models.Filter.model_validate(body["update_filter"])
            if body.get("update_filter")
            else None
        )
        return await self._local.upsert(name, points, update_filter=unchanged)

    async def _retrieve(self, name: str, body: Any) -> Any:
        return await self._local.retrieve(name, body["ids"], with_payload=True)

    async def _scroll(self, name: str, body: Any) -> Any:
        told = models.ScrollRequest.model_validate(body)
        records, offset = await self._local.scroll(
            name,
            scroll_filter=told.filter,
            limit=told.limit or 10,
            offset=told.offset,
            with_payload=told.with_payload if told.with_payload is not None else True,
            with_vectors=told.with_vector if told.with_vector is not None else False,
        )
        return {"points": records, "next_page_offset": offset}

    async def _count(self, name: str, body: Any) -> Any:
        told = models.CountRequest.model_validate(body)
        return await self._local.count(name, count_filter=told.filter, exact=bool(told.exact))

    async def _payload(self, name: str, body: Any) -> Any:
        told = models.SetPayload.model_validate(body)
        return await self._local.set_payload(name, told.payload, points=told.filter or told.points)

    async def _delete(self, name: str, body: Any) -> Any:
        return await self._local.delete(
            name, TypeAdapter(models.PointsSelector).validate_python(body)
        )

    async def _query(self, name: str, body: Any) -> Any:
        return await self._asked(name, models.QueryRequest.model_validate(body))

    async def _batch(self, name: str, body: Any) -> Any:
        rows = [models.QueryRequest.model_validate(row) for row in body["searches"]]
        return [await self._asked(name, row) for row in rows]

    async def _asked(self, name: str, told: models.QueryRequest) -> Any:
        return await self._local.query_points(
            name,
            query=told.query,
            using=told.using,
            prefetch=told.prefetch,
            query_filter=told.filter,
            limit=told.limit or 10,
            with_payload=told.with_payload if told.with_payload is not None else True,
            with_vectors=told.with_vector if told.with_vector is not None else False,
        )


def _done() -> Any:
    return {"operation_id": 0, "status": "completed"}


def _plain(result: Any) -> Any:
    if isinstance(result, list):
        return [_plain(row) for row in result]
    if isinstance(result, dict):
        return {name: _plain(value) for name, value in result.items()}
    return result.model_dump(mode="json") if hasattr(result, "model_dump") else result
