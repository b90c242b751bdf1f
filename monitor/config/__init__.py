"""TOML and environment in, frozen `Settings` out; read once, at the edge."""

from monitor.config.load import find_root, load
from monitor.config.settings import Settings

__all__ = ["Settings", "find_root", "load"]
