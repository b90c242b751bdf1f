"""Sends what was rendered through a channel, and says what came of it."""
