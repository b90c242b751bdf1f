"""The page for programs: JSON under /api, described by /openapi.json.

    request ──> the same protection and admission as every page ──> reading.py, judging.py ──> shapes.py ──> JSON

Moments are ISO 8601 in UTC. A program that may change something says so by `Content-Type: application/json`, which no
form of another site can send without being asked first.
"""
