"""Stories and judgements in, a digest composed and rendered out; nothing here sends, stores or reads a clock."""
