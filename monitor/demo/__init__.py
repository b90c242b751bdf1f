"""The sample newsroom: a loopback site of articles written for it, for the demo and for tests."""
