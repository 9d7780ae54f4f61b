"""Dibao tests; they mirror the packages."""
