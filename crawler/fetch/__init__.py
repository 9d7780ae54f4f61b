"""The Scrapy side of a crawl run: manners, guard, record, ledger. Loaded by the child only."""
