"""Scrapy settings of every crawl: constants only; values of ``dibao.toml`` come by the add-on.

The floor (reliability design, section 4): no listening ports, no schemes but http and https,
certificates verified, our own robots, retry and decompression rules, bounded bodies, times,
redirects and memory. Speed choices were measured (performance design, section 2).
"""

BOT_NAME = "dibao"
SPIDER_LOADER_CLASS = "crawler.fetch.loader.CatalogueLoader"
ADDONS = {"crawler.fetch.addon.DibaoAddon": 100}

# Nothing listens: both consoles run code for whoever reaches them.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# Only http and https, through the address guard.
DOWNLOAD_HANDLERS = {
    "https": "crawler.fetch.tls.TlsHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
TWISTED_DNS_RESOLVER = "crawler.fetch.dialing.GuardedResolver"
DOWNLOAD_VERIFY_CERTIFICATES = True
HTTPPROXY_ENABLED = False
COOKIES_ENABLED = False
REFERER_ENABLED = False
METAREFRESH_ENABLED = False
HTTPCACHE_ENABLED = False

# Scrapy imports every component of its base lists, also those that are switched off; these lists
# name what is left. Among the absent: both consoles, Scrapy's robots, retry, meta refresh, cookies,
# proxy, cache, referer and statistics, all of which are ours, unwanted, or paid for on every page.
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
}
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
}
SPIDER_MIDDLEWARES_BASE = {"scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": 50}

# Our own rules take the place of Scrapy's.
ROBOTSTXT_OBEY = False
DOWNLOADER = "crawler.fetch.downloader.CrawlDownloader"
LOG_FORMATTER = "crawler.fetch.crawl_log.QuietFormatter"
RETRY_TIMES = 2
DIBAO_RETRY_PAUSE = 1.0  # seconds before the first retry; doubles, with jitter
DIBAO_BUSY_SECONDS = 10.0  # how long a write waits for another writer of the database
REDIRECT_MAX_TIMES = 5

# One connection to a host; the pause between requests is PoliteMiddleware's.
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 1
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
DOWNLOAD_DELAY = 0

# 2.19 starts this many tasks for each response; the default of 100 costs 0.6 ms a page. A page is
# one item; the answers of lists have more tasks (crawler/fetch/recorder.py).
CONCURRENT_ITEMS = 1
WARN_ON_GENERATOR_RETURN_VALUE = False
DOWNLOAD_WARNSIZE = 0
MEMUSAGE_CHECK_INTERVAL_SECONDS = 15
LOGSTATS_INTERVAL = 0
STATS_DUMP = False
LOG_VERSIONS: list[str] = []
LOG_LEVEL = "INFO"

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
}
