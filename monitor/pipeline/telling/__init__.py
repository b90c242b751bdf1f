"""What is told to whom: gathered, composed and rendered for each audience, with what it should know beside."""
