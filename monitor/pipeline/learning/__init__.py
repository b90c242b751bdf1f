"""What readers say: asked for where it helps, recorded with its probability, and measured against what was decided."""
