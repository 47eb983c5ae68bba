"""Settings of web crawls: how much of a shop is read, how politely, and who it is told we are."""

from __future__ import annotations

from importlib import metadata

from pydantic import Field
from pydantic_settings import BaseSettings


class WebSettings(BaseSettings):
    """`QUARRY_WEB_*`. How fast one host is asked is seen and changed live at its Prefect limit (`host-<host>`)."""

    # How much
    web_max_pages: int = Field(100, ge=1, description="Pages of a session; robots.txt and sitemaps do not count (seed)")
    web_max_depth: int = Field(20, ge=0, description="Links from a seed to a page; a pager's pages are one each")
    web_max_known: int = Field(100_000, ge=1, description="Addresses that a session keeps in mind at most")
    web_max_sitemaps: int = Field(50, ge=0, description="Sitemap files read in a session")
    web_barren_pages: int = Field(20, ge=1, description="Pages of a form without a product; then the rest is skipped")

    # How politely
    web_contact: str = Field(
        "", pattern=r"^[\x20-\x7e]*$", description="Address or e-mail put into the User-Agent, for shops to reach you"
    )
    web_delay_seconds: float = Field(1.0, ge=0, description="From the end of a host's answer to the next request to it")
    web_max_delay_seconds: float = Field(30.0, ge=0, description="The longest Crawl-delay of a robots.txt that is kept")
    web_robots_hours: float = Field(24, gt=0, le=24, description="How long a robots.txt is believed (RFC 9309: a day)")
    web_robots_retry_seconds: float = Field(600, gt=0, description="Until one that could not be read is tried again")
    web_limit_seconds: float = Field(15, gt=0, description="How often a host's Prefect limit is looked at")
    web_pages_at_once: int = Field(8, ge=1, description="Pages in flight of one process, over all hosts")
    web_claimed_ahead: int = Field(
        2, ge=0, description="Pages claimed and not asked for, for each in flight: a free place waits for no claim"
    )

    # What is held back
    web_unwritten: int = Field(
        6, ge=1, description="Pages claimed and not written, for each in flight: their texts are in memory"
    )
    web_write_pages: int = Field(100, ge=1, description="Pages written together at most (seed: rows of a write)")
    web_write_seconds: float = Field(
        0.25, ge=0, description="Pages that end within it are written together: ten cost much the same as one"
    )
    web_barren_every: int = Field(25, ge=1, description="Pages between two looks for forms of pages without a product")
    web_text_pages: int = Field(5, ge=1, description="Pages of a batch whose words are read; each is a call of its own")
    web_kept_hours: float = Field(
        24, gt=0, description="How long the answers that a killed crawl left are used; then its working folder may go"
    )

    # One page
    web_page_seconds: float = Field(30, gt=0, description="Deadline of one page (seed)")
    web_page_max_mb: float = Field(10, gt=0, description="Larger pages are refused, unpacked")
    web_sitemap_max_mb: float = Field(50, gt=0, description="Larger sitemaps are refused, unpacked (sitemaps.org)")
    web_retries: int = Field(3, ge=0, description="After a page's first request (seed)")
    web_retry_seconds: float = Field(2, gt=0, description="Before the first retry; doubles each time")
    web_longest_retry_seconds: float = Field(120, gt=0, description="Longest of these waits")
    web_longest_pause_seconds: float = Field(
        600, gt=0, description="A host that asks for more (Retry-After) leaves its pages pending"
    )
    web_refusals: int = Field(
        10, ge=0, description="Answers 429 or 503 to one page, each waited out; then it stays pending"
    )
    web_max_redirects: int = Field(5, ge=0)
    web_readers: int = Field(2, ge=1, description="Processes that read pages")
    web_read_seconds: float = Field(20, gt=0, description="Reading one page")
    web_read_memory_mb: int = Field(1024, ge=256, description="Address space of a process that reads pages")
    web_render_seconds: float = Field(60, gt=0, description="With --browser: a page's scripts, their requests included")
    web_render_parts: int = Field(50, ge=0, description="Requests of one page's scripts that are answered")
    web_browser: str | None = Field(None, description="Chromium's program; without it the first one found")
    web_missing_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Of a shop's known products; a crawl that misses more marks none without --force",
    )
    web_known_share_least: int = Field(
        10, ge=0, description="Of a shop with fewer known products any number may be missing"
    )
    web_deaths: int = Field(20, ge=2, description="A page claimed so often without an end has failed")

    @property
    def web_user_agent(self) -> str:
        """`quarry/0.1.0`, with the contact where one is set."""
        agent = f"quarry/{metadata.version('quarry-ingest')}"
        return f"{agent} (+{self.web_contact})" if self.web_contact else agent
