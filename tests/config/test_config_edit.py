"""Topics are edited in their own files: comments and order stay, and nothing is written that would not load."""

from pathlib import Path

import pytest

from monitor.config import edit, load
from monitor.config.current import Current
from monitor.config.edit import set_seeds, set_terms, set_threshold
from monitor.errors import ConfigurationError
from monitor.models import Terms

TOPIC = """# what we watch
title = "Harbours"
seeds = ["seeds/harbours.md"]  # the brief
threshold = "balanced"
must = []

[terms]  # ours
add = ["berth"]
# and in German
[terms.de]
add = ["Liegeplatz"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with one topic."""
    files = {
        "config/monitor.toml": "",
        "config/sources.toml": "",
        "config/topics/harbours.toml": TOPIC,
        "seeds/harbours.md": "Harbours.",
        "seeds/more.txt": "More of them.",
    }
    for shown, text in files.items():
        path = tmp_path / shown
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def written(root: Path) -> str:
    return (root / "config/topics/harbours.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("threshold", "as_toml"), [("0.62", "0.62"), ("recall 0.9", '"recall 0.9"'), ("1", "1.0")])
def test_a_threshold_is_moved_and_all_else_stays(root: Path, threshold: str, as_toml: str) -> None:
    set_threshold(root, "harbours", threshold, {})
    assert written(root) == TOPIC.replace('"balanced"', as_toml)
    assert load(root, {}).topic("harbours").threshold == threshold


def test_terms_of_single_languages_stay(root: Path) -> None:
    set_terms(root, "harbours", Terms(("berth", 'quay "north"'), ("fish",)), {})
    terms = load(root, {}).topic("harbours").terms
    assert (terms[""], terms["de"]) == (Terms(("berth", 'quay "north"'), ("fish",)), Terms(("Liegeplatz",)))
    assert "# ours" in written(root)
    assert "# and in German" in written(root)


def test_terms_are_written_where_only_a_language_has_any(root: Path) -> None:
    (root / "config/topics/harbours.toml").write_text(
        'title = "H"\nseeds = ["seeds/harbours.md"]\n[terms.de]\nadd = ["Kai"]\n', encoding="utf-8"
    )
    set_terms(root, "harbours", Terms(("berth",)), {})
    terms = load(root, {}).topic("harbours").terms
    assert (terms[""].add, terms["de"].add) == (("berth",), ("Kai",))


def test_seeds_are_written(root: Path) -> None:
    set_seeds(root, "harbours", ["seeds/harbours.md", "seeds/more.txt"], {})
    assert load(root, {}).topic("harbours").seeds == ("seeds/harbours.md", "seeds/more.txt")
    assert "# the brief" in written(root)


def test_what_would_not_load_is_not_written(root: Path) -> None:
    for change in (
        lambda: set_threshold(root, "harbours", "high", {}),
        lambda: set_seeds(root, "harbours", ["seeds/none.md"], {}),
        lambda: set_seeds(root, "harbours", [], {}),
        lambda: set_threshold(root, "tides", "0.5", {}),
    ):
        with pytest.raises(ConfigurationError):
            change()
    assert written(root) == TOPIC


def test_what_somebody_else_wrote_meanwhile_is_not_written_over(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / "config/topics/harbours.toml"
    theirs = TOPIC.replace("Harbours", "Ports")

    def load_slowly(*arguments: object, **more: object) -> object:
        found = load(*arguments, **more)  # type: ignore[arg-type]
        if "instead" in more:
            path.write_text(theirs, encoding="utf-8")
        return found

    monkeypatch.setattr(edit, "load", load_slowly)
    with pytest.raises(ConfigurationError, match="changed by somebody else"):
        set_threshold(root, "harbours", "0.6", {})
    assert path.read_text(encoding="utf-8") == theirs


def test_a_folder_that_cannot_be_written_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(edit.tempfile, "mkstemp", refused)
    with pytest.raises(ConfigurationError, match=r"harbours\.toml: cannot be written \(Permission denied\); make"):
        set_threshold(root, "harbours", "0.6", {})
    assert written(root) == TOPIC


def test_settings_follow_their_files_and_outlive_a_fault(root: Path) -> None:
    current = Current(load(root, {}), lambda: load(root, {}))
    first = current.settings
    assert current.settings is first
    set_threshold(root, "harbours", "0.6", {})
    assert current.settings.topic("harbours").threshold == "0.6"
    path = root / "config/topics/harbours.toml"
    path.write_text("title =", encoding="utf-8")
    assert current.settings.topic("harbours").threshold == "0.6"
    assert "harbours.toml: not valid TOML" in current.fault
    (root / "config/topics/tides.toml").write_text('title = "T"\nseeds = ["seeds/more.txt"]\n', encoding="utf-8")
    path.write_text(TOPIC, encoding="utf-8")
    assert [topic.name for topic in current.settings.topics] == ["harbours", "tides"]
    assert current.fault == ""
