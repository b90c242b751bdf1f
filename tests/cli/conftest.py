"""Houses for the command line to work in."""

from pipeline_house import house_fixture, workers_fixture

__all__ = ["house_fixture", "workers_fixture"]
