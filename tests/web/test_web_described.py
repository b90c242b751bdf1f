"""The API keeps what its description promises, and no page breaks, whatever is asked: by schemathesis.

Requests are made up from the OpenAPI document, well-formed and not. SCHEMATHESIS_EXAMPLES says how many each operation
is asked of either kind.
"""

import os
from typing import Any

import pytest
import schemathesis
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from reading_site import Site
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from monitor.web.api.description import document
from monitor.web.app import PARTS

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "10"))
PROMISES = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def operations(described: dict[str, Any]) -> dict[str, Any]:
    """Every operation of a document, by its method and path."""
    found = [result.ok() for result in schemathesis.openapi.from_dict(described).get_all_operations()]
    return {each.label: each for each in found}


def every_route() -> dict[str, Any]:
    """A document of every route there is, the pages too."""
    routes = [route for part in PARTS for route in part.routes if isinstance(route, APIRoute)]
    return get_openapi(title="all", version="0", routes=routes)


API = operations(document())
# Left out: what asks an address of whoever calls; it is asked in test_web_watching.
ALL = {label: each for label, each in operations(every_route()).items() if label != "POST /sources/try"}


def ask(site: Site, operation: Any, checks: list[Any]) -> None:
    """Ask an operation what fits its description, and what does not."""
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @settings(
            max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=HealthCheck
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: Any) -> None:
            case.call_and_validate(base_url=site.url, checks=checks)

        try:
            asked()
        except Unsatisfiable:  # any text fits a name, and what takes nothing can be given nothing wrong
            assert mode is GenerationMode.NEGATIVE


@pytest.mark.parametrize("label", API)
def test_the_api_answers_as_it_is_described(shared: Site, label: str) -> None:
    ask(shared, API[label], PROMISES)


@pytest.mark.parametrize("label", ALL)
def test_no_page_breaks(shared: Site, label: str) -> None:
    ask(shared, ALL[label], [not_a_server_error])
