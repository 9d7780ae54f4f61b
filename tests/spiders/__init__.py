"""Tests of the source specs, the catalogue, the list readers and the spiders."""
