"""Settings of the outside AI services. None is used without its key or endpoint here: a key that other programs keep in
the environment is never taken. Prices are US dollars, as of 2026-11; caps are the table in `tasks/limit_table.py`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings


class ServiceSettings(BaseSettings):
    """Which services stand behind the engines, and how they are called."""

    # Which engine: `auto` is the service where it is configured, else the embedded engine
    image_examiner: Literal["auto", "local", "qwen", "claude"] = Field("auto", description="Labels and analyses images")
    image_embedder: Literal["auto", "local", "slig"] = Field("auto", description="Makes the five image vectors")
    text_embedder: Literal["auto", "local", "voyage", "openai"] = Field("auto", description="Makes text vectors")
    discoverer: Literal["auto", "local", "claude", "openai"] = Field("auto", description="Finds products in documents")

    qwen_endpoint: str | None = Field(None, description="Qwen3-VL, OpenAI-compatible, ending in /v1")
    qwen_key: SecretStr | None = Field(None, description="Hugging Face token for it")
    qwen_model: str = Field("Qwen/Qwen3-VL-32B-Instruct", description="As the endpoint names it")
    qwen_gpu_hour_usd: float = Field(2.5, ge=0, description="Rent of its GPU")
    claude_endpoint: str = Field("https://api.anthropic.com", description="Without /v1")
    claude_key: SecretStr | None = Field(None, description="Anthropic API key")
    claude_model: str = Field("claude-sonnet-5-5", description="Validates images, discovers products")
    claude_input_usd: float = Field(2.0, ge=0, description="Per million tokens")
    claude_output_usd: float = Field(10.0, ge=0, description="Per million tokens")
    slig_endpoint: str | None = Field(None, description="SigLIP2 (768): the endpoint's whole address")
    slig_key: SecretStr | None = Field(None, description="Hugging Face token for it")
    slig_model: str = Field("google/siglip2-base-patch16-512", description="Recorded on the vectors")
    slig_gpu_hour_usd: float = Field(0.5, ge=0, description="Rent of its GPU")
    voyage_endpoint: str = Field("https://api.voyageai.com/v1")
    voyage_key: SecretStr | None = Field(None, description="Voyage API key")
    voyage_model: str = Field("voyage-3.5", description="Text vectors (1024)")
    voyage_input_usd: float = Field(0.06, ge=0, description="Per million tokens")
    openai_endpoint: str = Field("https://api.openai.com/v1")
    openai_key: SecretStr | None = Field(None, description="OpenAI API key: a second engine for discovery and text")
    openai_chat_model: str = Field("gpt-4.1-mini", description="Discovers products")
    openai_text_model: str = Field("text-embedding-3-large", description="Text vectors (shortened to 1024)")
    openai_chat_input_usd: float = Field(0.4, ge=0, description="Per million tokens")
    openai_chat_output_usd: float = Field(1.6, ge=0, description="Per million tokens")
    openai_text_input_usd: float = Field(0.13, ge=0, description="Per million tokens")

    # How calls are made (the seeds' numbers)
    call_seconds: float = Field(
        120, gt=0, description="One AI call with its retries; waiting for a slot is not counted"
    )
    call_attempt_seconds: float = Field(90, gt=0, description="One attempt of it")
    call_retries: int = Field(3, ge=0, description="After the first attempt; exponential, with jitter")
    discovery_seconds: float = Field(300, gt=0, description="One discovery call with its retries")
    product_seconds: float = Field(60, gt=0, description="One product's details with its retries")
    wake_seconds: float = Field(600, gt=0, description="How long an endpoint that was scaled to zero may take to wake")
    claude_batch: int = Field(10, ge=1, le=100, description="Images a validation request")
    discovery_characters: int = Field(100_000, ge=4_000, description="Text of a document a discovery request")
    breaker_failures: int = Field(5, ge=1, description="Overload failures in a row that open a service's breaker")
    breaker_open_seconds: float = Field(60, gt=0, description="Until an open breaker lets one probe through")
    parked_seconds: float = Field(600, ge=0, description="How long a job waits when all that is left is parked")
    batches_at_once: int = Field(8, ge=1, description="Batches of a stage that may wait for a service at once")
    max_cost_usd: float | None = Field(None, ge=0, description="A job stops paying here; the rest stays pending")

    @property
    def examines(self) -> Literal["local", "qwen", "claude"]:
        """Who looks at images first."""
        if self.image_examiner != "auto":
            return self.image_examiner
        return "qwen" if self.qwen_endpoint else "local"

    @property
    def embeds_images(self) -> Literal["local", "slig"]:
        if self.image_embedder != "auto":
            return self.image_embedder
        return "slig" if self.slig_endpoint else "local"

    @property
    def embeds_texts(self) -> Literal["local", "voyage", "openai"]:
        if self.text_embedder != "auto":
            return self.text_embedder
        return "voyage" if self.voyage_key else "openai" if self.openai_key else "local"

    @property
    def discovers(self) -> Literal["local", "claude", "openai"]:
        if self.discoverer != "auto":
            return self.discoverer
        return "claude" if self.claude_key else "openai" if self.openai_key else "local"

    @model_validator(mode="after")
    def _chosen_services_are_configured(self) -> ServiceSettings:
        needs = {
            "qwen": ("QUARRY_QWEN_ENDPOINT", self.qwen_endpoint),
            "claude": ("QUARRY_CLAUDE_KEY", self.claude_key),
            "slig": ("QUARRY_SLIG_ENDPOINT", self.slig_endpoint),
            "voyage": ("QUARRY_VOYAGE_KEY", self.voyage_key),
            "openai": ("QUARRY_OPENAI_KEY", self.openai_key),
        }
        for field in ("image_examiner", "image_embedder", "text_embedder", "discoverer"):
            chosen = getattr(self, field)
            if chosen in needs and not needs[chosen][1]:
                raise ValueError(f"QUARRY_{field.upper()}={chosen} needs {needs[chosen][0]}")
        return self
