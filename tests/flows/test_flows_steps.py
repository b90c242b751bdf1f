"""A step as a task: tried again where that can mend it, and nowhere else."""

from typing import Any


def test_what_stays_as_it_is_is_not_tried_again(ran: dict[str, Any]) -> None:
    assert ran["tries"] == {"a locked database": 3, "too little memory": 3, "a wrong configuration": 1}


def test_the_result_of_a_step_is_that_of_its_task(ran: dict[str, Any]) -> None:
    assert ran["added"] == 6
