"""Tests of the store; each runs on SQLite and, where a server is named, on PostgreSQL."""
