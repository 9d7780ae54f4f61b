"""Levels of the bodies behind sources and documents, in the vocabulary of the catalogue."""

from __future__ import annotations

CHINESE_LEVELS = ("national", "provincial", "municipal", "district")
"""Levels of government in China, highest first."""

AUTHORITIES = ("regulator", "court")
"""Public bodies whose place in the hierarchy only their region tells."""

ABROAD = ("foreign", "international")
"""Public bodies outside China: documents say ``foreign``, sources say ``international``."""

OFFICIAL_LEVELS = (*CHINESE_LEVELS, *AUTHORITIES, *ABROAD)
"""Every level of a public body; associations, media and companies are none."""
