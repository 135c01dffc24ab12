"""A spider that follows product links, as scrapy's own tutorial writes them; says at its end how many pages it read."""
import scrapy


class Products(scrapy.Spider):
    name = "products"
    custom_settings = {
        "ROBOTSTXT_OBEY": False,
        "LOG_ENABLED": False,
        "CONCURRENT_REQUESTS": 2,
        "DOWNLOAD_DELAY": 0.05,
        "RETRY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
    }

    def __init__(self, base, **kwargs):
        super().__init__(**kwargs)
        self.start_urls = [f"{base}/products"]
        self.read = 0

    def parse(self, response):
        self.read += 1
        yield {"title": response.css("h1::text").get()}
        yield from response.follow_all(css='a[href^="/products"]', callback=self.parse)

    def closed(self, reason):
        print(f"ITEMS {self.read}")
