"""A news monitor: one article is the brief, the digest says why. A plain library that knows nothing of Prefect."""
