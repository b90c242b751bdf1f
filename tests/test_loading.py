"""What is loaded at the start is set aside from the collector of garbage, once, and the collector works on."""

import subprocess
import sys

BEGIN = "import gc\nfrom monitor.loading import loading\n"


def printed(code: str) -> list[str]:
    """What a process of its own prints: what the collector has set aside cannot be taken back in this one."""
    ended = subprocess.run([sys.executable, "-c", BEGIN + code], capture_output=True, text=True, check=True)
    return ended.stdout.split()


def test_nothing_is_collected_while_modules_are_loaded_and_all_of_it_is_set_aside() -> None:
    told = printed("with loading():\n    print(gc.isenabled())\nprint(gc.isenabled(), gc.get_freeze_count() > 1000)")
    assert told == ["False", "True", "True"]


def test_the_collector_works_on_where_an_import_fails() -> None:
    code = "try:\n    with loading():\n        import nowhere_at_all\nexcept ImportError:\n    print(gc.isenabled())"
    assert printed(code) == ["True"]


def test_what_came_after_the_first_time_is_never_set_aside() -> None:
    code = (
        "with loading():\n    pass\nheld = gc.get_freeze_count()\nmade = [[] for _ in range(5000)]\n"
        "with loading():\n    print(gc.isenabled())\nprint(gc.get_freeze_count() == held)"
    )
    assert printed(code) == ["True", "True"]


def test_a_collector_that_somebody_switched_off_stays_off() -> None:
    assert printed("gc.disable()\nwith loading():\n    pass\nprint(gc.isenabled(), gc.get_freeze_count())") == [
        "False",
        "0",
    ]


def test_garbage_that_is_made_later_is_found() -> None:
    code = (
        "import weakref\nwith loading():\n    pass\nclass Node:\n    pass\nnode = Node()\nnode.itself = node\n"
        "seen = weakref.ref(node)\ndel node\ngc.collect()\nprint(seen() is None)"
    )
    assert printed(code) == ["True"]
