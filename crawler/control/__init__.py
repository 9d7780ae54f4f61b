"""Everything around crawl runs that never loads Scrapy: clock, dispatch, health, alerts."""
