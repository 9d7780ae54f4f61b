"""The keys by which a text is found when duplicates are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

EXACT_BAND = -1  # the place of the text's own hash among the bands


@dataclass(frozen=True, slots=True)
class NearKeys:
    """Signed 64-bit integers: the text's own hash, its MinHash bands in order, its sentences."""

    exact: int
    bands: tuple[int, ...] = ()
    sentences: tuple[int, ...] = ()

    @property
    def placed(self) -> list[tuple[int, int]]:
        """(band, value) pairs as stored."""
        return [(EXACT_BAND, self.exact), *enumerate(self.bands)]

    def packed_bands(self) -> bytes:
        """Own hash and bands as little-endian bytes."""
        return pack((self.exact, *self.bands))


def exact_key(sha256: str) -> int:
    """The first 64 bits of a digest as a signed integer."""
    return int.from_bytes(bytes.fromhex(sha256[:16]), "big", signed=True)


def pack(values: Sequence[int]) -> bytes:
    """Signed 64-bit integers as little-endian bytes."""
    return np.asarray(values, dtype="<i8").tobytes()
