"""Sources: tried and added, asked what is new, heard, and learned from; what they list is kept, no page asked yet."""
