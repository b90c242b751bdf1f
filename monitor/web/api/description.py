"""What the API is, for programs that read OpenAPI 3.1: its addresses alone, for the pages are for people."""

from functools import cache
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse

from monitor.web.api import judging, reading

router = APIRouter()


@router.get("/openapi.json")
def openapi() -> JSONResponse:
    """The document."""
    return JSONResponse(document())


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document. Where a password or token is set, all of it asks for `Authorization: Bearer`."""
    made = get_openapi(
        title="News monitor",
        version=version("news-monitor"),
        summary="What is watched, what was found and why, what was told.",
        routes=[*reading.router.routes, *judging.router.routes],
    )
    made["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    made["security"] = [{}, {"bearer": []}]
    return made
