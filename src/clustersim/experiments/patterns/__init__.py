"""Patterns: claims about real clusters by which the model is judged, without support (`patterns`) and with it (`support`).

`looks` are what is read off the state of a run for that, `null` is the same with ties that know nothing but distance, and `judging` holds
what seeds show against what the evidence says.
"""
