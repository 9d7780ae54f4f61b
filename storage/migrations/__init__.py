"""Alembic scripts; package data, run through :mod:`storage.migrate`."""
