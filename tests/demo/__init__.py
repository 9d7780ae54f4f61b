"""Tests of the sample sites and of the demo."""
