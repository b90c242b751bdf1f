"""Prefect's shell over `monitor.pipeline`: schedules, retries, artifacts, and nothing else."""
