"""A topic made, seen as its reader sees it, and tended: its threshold, its terms, its seeds."""
