"""Pages: fetched side by side, politely, and read; asked again later, for news is corrected and withdrawn."""
