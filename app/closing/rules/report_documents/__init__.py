"""The documents of closed periods as frozen models, one for each kind of report. Pure.

The stored bytes stay the truth: what is sealed, sent or verified is never written anew from a model.
"""
