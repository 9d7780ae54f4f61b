"""Composition root: CLI, configuration, Scrapy wiring, scheduler, supervision, health."""
