"""What others made is here byte for byte as they released it, with its licence; nothing stands there unrecorded."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from monitor.web.pages import STATIC

FOLDERS = [STATIC / "vendor", Path(__file__).parents[1] / "browser" / "vendor"]


@pytest.mark.parametrize("folder", FOLDERS, ids=["the page's", "the tests'"])
def test_what_is_vendored_is_what_was_released(folder: Path) -> None:
    recorded = tomllib.loads((folder / "vendored.toml").read_text(encoding="utf-8"))["file"]
    licences = {name for each in recorded for name in each["licence_files"]}
    here = {path.name for path in folder.iterdir()}
    assert here == {each["name"] for each in recorded} | licences | {"vendored.toml"}
    for each in recorded:
        assert hashlib.sha256((folder / each["name"]).read_bytes()).hexdigest() == each["sha256"]
        assert each["version"]
        assert each["licence"]
        assert len(each["package_sha512"]) == 88
        assert all((folder / name).read_text(encoding="utf-8").strip() for name in each["licence_files"])
