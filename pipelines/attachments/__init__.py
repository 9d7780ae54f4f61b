"""Files that belong to a document: what they are, what they say, and which of them is its text.

Reading happens in a process of its own (:mod:`pipelines.attachments.limited` starts it,
:mod:`pipelines.attachments.worker` is it): parsers of foreign files get no network, no files to
write, and bounded memory and time. The format libraries are imported there and nowhere else.
"""
