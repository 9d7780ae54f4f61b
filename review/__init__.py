"""The web desk: items, sources, issues, login. Never loads Scrapy."""
