"""Tests of the digest package."""
