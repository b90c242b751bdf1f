"""What a reader cares about, and how far an article is about it.

`profile.build` makes a profile of seeds, `scorer.judge` judges articles by it, `learn.fit` learns from verdicts,
`threshold` decides, `evaluate` tells how good all that was. Import the modules: this one loads none, so that a setting
can be checked (`threshold.parse`) without NumPy.
"""
