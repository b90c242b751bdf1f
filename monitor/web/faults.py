"""What goes wrong, as a page that says so in one sentence, and never how the program looks inside."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from monitor.errors import ConfigurationError, StoreError
from monitor.web.admission import FOR_PROGRAMS
from monitor.web.house import House
from monitor.web.pages import page
from monitor.web.protection import protect

logger = logging.getLogger(__name__)

_WORDS = {
    404: "There is no such page.",
    405: "This address does not take that.",
    400: "This was not understood.",
}


def answer_faults(app: FastAPI, house: House) -> None:
    """Makes the application answer every fault with a page."""

    async def refused(request: Request, error: Exception) -> Response:
        """A page was asked for that is not there, or in a way that is not taken."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = error.detail if isinstance(error, HTTPException) else ""
        # The framework's own words are the bare names of the codes: nothing that a reader could act on.
        said = _WORDS.get(status, detail) if detail == _phrase(status) else detail
        response = _answer(request, house, status, said)
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    async def not_understood(request: Request, error: Exception) -> Response:
        """An address with a part that is none; a program is told which."""
        if not _by_program(request):
            return page(request, house, "fault", 404, said=_WORDS[404])
        faults = error.errors() if isinstance(error, RequestValidationError) else []
        return _answer(request, house, 422, "; ".join(map(_told, faults)) or _WORDS[400])

    async def wrong(request: Request, error: Exception) -> Response:
        """A change of the configuration that would not be valid, or that cannot be written."""
        return _answer(request, house, 400, str(error))

    async def no_store(request: Request, error: Exception) -> Response:
        """The database cannot be used now."""
        logger.error("%s", error)
        return _answer(request, house, 503, "The database cannot be used at this moment. Try again soon.")

    async def broken(request: Request, _error: Exception) -> Response:
        """A fault of this program; the server logs it. This answer passes no other layer, so it is protected here."""
        response = _answer(request, house, 500, "Something went wrong here; it was logged.")
        protect(response.headers)
        return response

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, not_understood)
    app.add_exception_handler(ConfigurationError, wrong)
    app.add_exception_handler(StoreError, no_store)
    app.add_exception_handler(Exception, broken)


def _answer(request: Request, house: House, status: int, said: str) -> Response:
    """The sentence as a page, or for a program as JSON."""
    if _by_program(request):
        return JSONResponse({"detail": said}, status)
    return page(request, house, "fault", status, said=said)


def _by_program(request: Request) -> bool:
    return request.url.path.startswith(FOR_PROGRAMS)


def _told(fault: Mapping[str, Any]) -> str:
    """Where in a request something is wrong, and what; what was given is not repeated."""
    return f"{'.'.join(str(part) for part in fault.get('loc', ()))}: {fault.get('msg', '')}"


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
