"""Sample pages in the shape of each source's site, and what is to be read from them.

The pages are written by us (``python -m tests.gold.write``), never copied from a site; every one
says that it is a sample. One folder per source: the list, two articles, ``expected.json`` and
``meta.json``.
"""
