"""What a page becomes: items, cleaning, metadata, fingerprint, classification.

Everything here but :mod:`pipelines.stages` and :mod:`pipelines.saving` is a pure function over
values: no network, no database, no clock. ``now`` and time zones are arguments.
"""
