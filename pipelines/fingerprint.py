"""Exact and near-duplicate keys of a text: sha256, MinHash-128 on 3-grams, sentence hashes.

Texts of 600 and more characters use one-permutation hashing (one hash pass), shorter ones true
MinHash with 128 permutations: on short text one permutation gives many false candidates
(measured: 8-23 times more below 150 characters). Signatures of both kinds estimate Jaccard
similarity among themselves only; texts on both sides of the border are joined by sentences.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import cache
from hashlib import blake2b, sha256
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pipelines.items import Fingerprint

PERMUTATIONS = 128
BANDS, ROWS = 25, 5
LONG_TEXT = 600
_GRAM = 3
_SENTENCE_MIN = 12
_MAX_CHARS = 200_000

Words: TypeAlias = npt.NDArray[np.uint32]
Longs: TypeAlias = npt.NDArray[np.uint64]

_NOT_TEXT = re.compile(r"[\W_]+")
_NOT_TEXT_BUT_ENDS = re.compile(r"[^\w\n]+|_+")
_ENDS = tuple("。；！？;!?")
_MARKS = tuple("，、：《》“”（）〔〕 .%-")
"""What stands between the words of nearly all Chinese texts: cut out faster than by a pattern."""
_RARE = re.compile("([^0-9A-Za-z\u4e00-\u9fff\n]+)")
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)
_GRAM_SHIFT, _BIN_SHIFT, _REST_SHIFT = np.uint64(21), np.uint64(57), np.uint64(25)
_REST = np.uint64(0xFFFFFFFF)
_NO_HASH = np.uint64(0xFFFFFFFFFFFFFFFF)
# Sums and products of whole arrays wrap around without a warning, which is what is wanted.


def normalise_text(text: str) -> str:
    """Comparison form: NFKC, lower case, only letters, digits and Han characters."""
    plain = _NOT_TEXT.sub("", text).lower()
    if not plain.isascii() and not unicodedata.is_normalized("NFKC", plain):
        plain = _NOT_TEXT.sub("", unicodedata.normalize("NFKC", plain)).lower()
    return plain


def fingerprint(text: str) -> Fingerprint:
    """All keys of a body text. Empty text gives no bands and no sentences.

    Only the first 200,000 characters count for likeness; the sha256 covers the whole text.
    """
    parts = _sentences(text)
    plain = "".join(parts)
    digest = sha256(plain.encode()).hexdigest()
    if not plain:
        return Fingerprint(digest, b"", (), (), 0)
    hashes = _gram_hashes(plain[:_MAX_CHARS])
    signature = _one_permutation(hashes) if len(plain) >= LONG_TEXT else _min_hash(hashes)
    return Fingerprint(
        digest,
        signature.astype("<u4").tobytes(),
        _bands(signature),
        _sentence_hashes(parts),
        len(plain),
    )


def _mix(values: Longs) -> Longs:
    """splitmix64 finaliser: spreads close inputs over all 64 bits."""
    mixed = values >> _SHIFTS[0]
    mixed ^= values
    mixed *= _MIX_1
    mixed ^= mixed >> _SHIFTS[1]
    mixed *= _MIX_2
    mixed ^= mixed >> _SHIFTS[2]
    return mixed


def _gram_hashes(plain: str) -> Longs:
    codes = np.frombuffer(plain.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    if len(codes) < _GRAM:
        codes = np.concatenate([codes, np.zeros(_GRAM - len(codes), dtype=np.uint64)])
    grams = codes[:-2] << _GRAM_SHIFT
    grams |= codes[1:-1]
    grams <<= _GRAM_SHIFT
    grams |= codes[2:]
    grams += _GOLDEN
    return _mix(grams)


@cache
def _multipliers() -> tuple[Words, Words]:
    """Fixed odd multipliers and offsets of the 128 permutations (part of the stored format)."""
    seeds = np.arange(1, PERMUTATIONS + 1, dtype=np.uint64) * _GOLDEN
    factors = (_mix(seeds) >> np.uint64(32)).astype(np.uint32) | np.uint32(1)
    offsets = (_mix(seeds + _MIX_1) >> np.uint64(32)).astype(np.uint32)
    return factors[:, None], offsets[:, None]


def _min_hash(hashes: Longs) -> Words:
    factors, offsets = _multipliers()
    short = (hashes >> np.uint64(32)).astype(np.uint32)
    table = short[None, :] * factors
    table += offsets
    smallest: Words = table.min(axis=1)
    return smallest


def _one_permutation(hashes: Longs) -> Words:
    """128 bins by the top 7 bits, the smallest rest per bin; empty bins borrow from the right."""
    bins = (hashes >> _BIN_SHIFT).view(np.int64)
    least = np.full(PERMUTATIONS, _NO_HASH)
    np.minimum.at(least, bins, hashes)
    result: Words = ((least >> _REST_SHIFT) & _REST).astype(np.uint32)
    if (least == _NO_HASH).any():
        full = np.zeros(PERMUTATIONS, dtype=np.bool_)
        full[bins] = True
        empty, filled = np.flatnonzero(~full), np.flatnonzero(full)
        donors = filled[np.searchsorted(filled, empty) % len(filled)]
        distance = ((donors - empty) % PERMUTATIONS).astype(np.uint32)
        result[empty] = result[donors] + distance * np.uint32(0x9E3779B1)
    return result


@cache
def _band_factors() -> tuple[Longs, Longs]:
    factors = _mix(np.arange(1, ROWS + 1, dtype=np.uint64) * _GOLDEN) | np.uint64(1)
    keys = np.arange(1, BANDS + 1, dtype=np.uint64) * _MIX_2
    return factors, keys


def _bands(signature: Words) -> tuple[int, ...]:
    """25 signed 64-bit keys, one per five rows of the signature."""
    rows = signature[: BANDS * ROWS].astype(np.uint64).reshape(BANDS, ROWS)
    factors, keys = _band_factors()
    mixed = _mix((rows @ factors) ^ keys)
    return tuple(mixed.view(np.int64).tolist())


def sentence_hashes(text: str) -> tuple[int, ...]:
    """Signed 64-bit hashes of the distinct sentences of 12 or more characters, in order."""
    return _sentence_hashes(_sentences(text))


def _sentences(text: str) -> list[str]:
    """The comparison forms (:func:`normalise_text`) of all sentences, made in one go."""
    plain = text
    for end in _ENDS:
        plain = plain.replace(end, "\n")
    for mark in _MARKS:
        plain = plain.replace(mark, "")
    if not plain.replace("\n", "").isalnum():
        # a set without classes of Unicode is scanned for three times as fast
        pieces = _RARE.split(plain)
        if _NOT_TEXT_BUT_ENDS.sub("", "".join(pieces[1::2])):
            plain = _NOT_TEXT_BUT_ENDS.sub("", plain)
        else:
            plain = "".join(pieces[::2])
    plain = plain.lower()
    if not plain.isascii() and not unicodedata.is_normalized("NFKC", plain):
        plain = _NOT_TEXT_BUT_ENDS.sub("", unicodedata.normalize("NFKC", plain)).lower()
    return plain.split("\n")


def _sentence_hashes(parts: list[str]) -> tuple[int, ...]:
    distinct = dict.fromkeys([part for part in parts if len(part) >= _SENTENCE_MIN])
    digests = [blake2b(part.encode(), digest_size=8).digest() for part in distinct]
    return struct.unpack(f"<{len(digests)}q", b"".join(digests))


def likeness(signature_a: bytes, signature_b: bytes) -> float:
    """Estimated Jaccard similarity (0..1) of two signatures of texts of the same length class."""
    if not signature_a or not signature_b:
        return 0.0
    a = np.frombuffer(signature_a, dtype="<u4")
    b = np.frombuffer(signature_b, dtype="<u4")
    return float(np.count_nonzero(a == b)) / PERMUTATIONS


def containment(sentences_a: tuple[int, ...], sentences_b: tuple[int, ...]) -> tuple[int, float]:
    """Shared sentences: their number and their share of the shorter document."""
    smaller = min(len(sentences_a), len(sentences_b))
    if not smaller:
        return 0, 0.0
    shared = len(set(sentences_a) & set(sentences_b))
    return shared, shared / smaller
