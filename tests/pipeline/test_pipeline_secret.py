from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from monitor.config.settings import (
    Settings,
)
from monitor.errors import ConfigurationError
from monitor.pipeline.secret import secret


def test_the_operators_own_secret_counts_and_nothing_is_written(tmp_path: Path) -> None:
    assert secret(Settings(tmp_path, secret="a secret of sixteen or more")) == "a secret of sixteen or more"
    assert not (tmp_path / "var").exists()


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = secret(Settings(tmp_path))
    assert len(first) >= 32
    assert secret(Settings(tmp_path)) == first
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret"]


def test_programs_that_start_at_once_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: secret(Settings(tmp_path)), range(32)))
    assert len(made) == 1


@pytest.mark.parametrize("short", ["x", "fifteen letters"])
def test_a_secret_that_could_be_guessed_is_refused_without_being_repeated(tmp_path: Path, short: str) -> None:
    with pytest.raises(ConfigurationError, match="MONITOR_SECRET: shorter than 16") as refused:
        secret(Settings(tmp_path, secret=short))
    assert short not in str(refused.value)


def test_a_file_that_holds_no_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret").write_text("\n")
    with pytest.raises(ConfigurationError, match="remove it to have one made"):
        secret(Settings(tmp_path))


def test_a_folder_that_cannot_hold_it_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    with pytest.raises(ConfigurationError, match="or set MONITOR_SECRET"):
        secret(Settings(tmp_path))
