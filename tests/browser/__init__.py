"""Tests of the review pages in a real browser."""
