"""Everything an operator may change, with its default: the only reader of the environment.

Each field is set by `QUARRY_<NAME>`, in the environment or in a `.env` file of the working folder; Supabase and Prefect
keep their own names. Caps are not here: they are the table in `tasks/limits.py`, edited live in the Prefect UI.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from tasks.catalog.ids import WORKSPACE_PATTERN
from tasks.download_settings import DownloadSettings
from tasks.feed_settings import FeedSettings
from tasks.service_settings import ServiceSettings
from tasks.web_settings import WebSettings


def default_home() -> Path:
    """`~/.quarry`; for root `/var/lib/quarry`, which the database server's own user can reach."""
    return Path("/var/lib/quarry") if os.geteuid() == 0 else Path.home() / ".quarry"


class Settings(ServiceSettings, DownloadSettings, FeedSettings, WebSettings):
    model_config = SettingsConfigDict(env_prefix="QUARRY_", env_file=".env", extra="ignore", frozen=True)

    # Where things are
    home: Path = Field(default_factory=default_home, description="Database, files, logs and server state live here")
    workspace: str = Field("default", pattern=WORKSPACE_PATTERN, description="Tenant that a command writes to")
    source_roots: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="Folders that deployment runs may read files from, comma-separated; home/inbox is always one"
    )
    linger_seconds: float = Field(0, ge=0, description="How long idle servers stay up after their last user has left")
    server_start_seconds: float = Field(120, gt=0, description="How long to wait for the embedded servers")

    # Prefect: with an address that server is used; without one, the home's own
    prefect_api_url: str | None = Field(None, validation_alias="PREFECT_API_URL")

    # Supabase: all three or none
    supabase_url: str | None = Field(None, validation_alias="SUPABASE_URL")
    supabase_secret_key: SecretStr | None = Field(None, validation_alias="SUPABASE_SECRET_KEY")
    supabase_db_url: SecretStr | None = Field(None, validation_alias="SUPABASE_DB_URL")

    # Sources from outside
    allow_private_hosts: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(), description="Hosts on private addresses that may be fetched, comma-separated"
    )
    fetch_timeout_seconds: float = Field(300, gt=0, description="Deadline of one download, redirects included")
    fetch_max_redirects: int = Field(5, ge=0)

    # PDF documents
    pdf_max_mb: float = Field(500, gt=0, description="Larger files are refused")
    pdf_max_pages: int = Field(5000, gt=0, description="Longer documents are refused")
    pdf_password: SecretStr | None = Field(None, description="Password of encrypted documents")
    page_workers: int = Field(2, ge=1, description="Dask workers that read pages (seed: 2)")
    pages_per_worker: int = Field(5, ge=1, description="Pages in memory per worker: the length of a span (seed: 5)")
    page_memory_mb: int = Field(2048, ge=256, description="Address space of the process that reads a page")
    page_max_megapixels: float = Field(
        100, gt=0, description="A page or image with more pixels is refused, not decoded"
    )
    page_deadline_seconds: float = Field(
        300, gt=0, description="Least deadline of a page; grows by 10 s a megabyte and 5 s a page (seed)"
    )
    document_deadline_seconds: float = Field(7200, gt=0, description="Deadline of reading one document (seed)")
    render_dpi: int = Field(250, ge=72, le=600, description="Resolution of re-rendered pages (seed)")
    low_dpi: int = Field(100, ge=0, description="Embedded images below this effective DPI are re-rendered")
    min_image_pixels: int = Field(8, ge=1, description="Narrower or lower images are dropped (seed: crops under 8 px)")
    phash_distance: int = Field(
        5, ge=0, le=64, description="Images of a page that differ in so few bits are one (seed)"
    )
    pages_per_child: int = Field(500, ge=1, description="The process that reads pages is replaced after so many")
    ocr_dpi: int = Field(300, ge=72, le=600, description="Resolution at which scanned pages are read")
    ocr_language: str = Field("auto", description="Tesseract languages, joined by '+'; auto looks at the page first")
    ocr_seconds: float = Field(60, gt=0, description="Deadline of one reading of a page by OCR")
    ocr_rereads: int = Field(80, ge=0, description="Doubtful lines of a page that OCR reads again enlarged")

    # Batches (the seeds' sizes)
    classify_batch: int = Field(15, ge=1, le=100, description="Images per classification batch")
    image_batch: int = Field(20, ge=1, le=200, description="Images per embedding batch")
    text_batch: int = Field(20, ge=1, le=500, description="Texts per embedding batch")
    row_batch: int = Field(100, ge=1, le=10_000, description="Rows per write")
    product_batch: int = Field(10, ge=1, le=1000, description="Products per batch of the shared tail")

    # Understanding
    chunk_characters: int = Field(1000, ge=100, le=4000, description="Longest chunk")
    chunk_overlap: int = Field(200, ge=0, le=1000, description="Overlap of neighbouring chunks")
    classification_threshold: float = Field(0.6, ge=0, le=1, description="Below it an image's label stays pending")
    chunk_quality_threshold: float = Field(0.7, ge=0, le=1, description="Below it a chunk is flagged for review")

    # Running
    progress_seconds: float = Field(0.5, ge=0.5, description="Least time between two writes of a job's progress")
    control_seconds: float = Field(2, gt=0, description="How often a job looks whether it was paused or cancelled")
    engine_threads: int = Field(2, ge=1, description="CPU threads of a local model")
    log_level: str = Field("INFO", description="Level of the log file")

    @field_validator("source_roots", mode="before")
    @classmethod
    def _split_paths(cls, value: object) -> object:
        return tuple(Path(part) for part in value.split(",") if part) if isinstance(value, str) else value

    @field_validator("allow_private_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        return frozenset(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @model_validator(mode="after")
    def _all_of_supabase_or_none(self) -> Settings:
        given = {
            "SUPABASE_URL": self.supabase_url,
            "SUPABASE_SECRET_KEY": self.supabase_secret_key,
            "SUPABASE_DB_URL": self.supabase_db_url,
        }
        missing = [name for name, value in given.items() if not value]
        if 0 < len(missing) < len(given):
            raise ValueError(f"Supabase is configured in part: set {', '.join(missing)} too, or none of the three")
        return self


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """The settings of this process, read once. Raises pydantic's ValidationError on wrong values."""
    return Settings()
