"""Which engines this process works with, by the settings: the embedded ones, or the services with a key.

Models are loaded when first used, once a process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tasks import resources
from tasks.catalog.engines import VIEWS, ImageEmbedder, ImageExaminer, ProductDiscoverer, TextEmbedder, View
from tasks.clients.errors import BudgetReachedError as OverBudgetError
from tasks.clients.errors import ServiceError as ServiceFailedError
from tasks.clients.errors import ServiceParkedError as ParkedError
from tasks.clients.errors import TransientServiceError as UnavailableError
from tasks.clients.mapping_suggester import MappingSuggester
from tasks.clients.page_discoverer import PageDiscoverer
from tasks.clients.second_opinion import QwenThenClaude
from tasks.local.discovery import LocalDiscoverer
from tasks.services import Services
from tasks.settings import Settings

__all__ = [
    "Engines",
    "Floors",
    "OverBudgetError",
    "ParkedError",
    "ServiceFailedError",
    "UnavailableError",
    "get_engines",
]


class Floors(NamedTuple):
    """Cosines that say nothing in each space: a search counts similarity from there."""

    text: float
    images: Mapping[View, float]


# From what `make accuracy NAME=search` prints of its library: for images the median cosine of any two; for texts what
# nine in ten pairs of products stay under, because a query is short and a line of a price list is near to many.
LOCAL_TEXT_FLOOR = 0.35
LOCAL_IMAGE_FLOORS: Mapping[View, float] = {
    "visual": 0.30,
    "color": 0.10,
    "texture": 0.70,
    "style": 0.60,
    "material": 0.64,
}
# Of services only the order of results is sure: their cosines are taken as they come.
SERVICE_TEXT_FLOOR = 0.0
SERVICE_IMAGE_FLOORS: Mapping[View, float] = dict.fromkeys(VIEWS, 0.0)


@dataclass(frozen=True)
class Engines:
    """One of each kind, and how many batches of each stage are worth having under way: embedded engines share the
    machine's cores, so one; services take as many as wait for their caps."""

    examiner: ImageExaminer
    images: ImageEmbedder
    texts: TextEmbedder
    discoverer: ProductDiscoverer
    suggester: MappingSuggester | None  # of fields of an unknown feed; None: what their names and values say stands
    pages: PageDiscoverer | None  # of a shop, by their words; None: by rules
    floors: Floors
    store_at_once: int = 1
    examiner_at_once: int = 1
    images_at_once: int = 1
    texts_at_once: int = 1


_chosen: list[tuple[resources.Resources, Engines]] = []  # of the resources that are open


def get_engines() -> Engines:
    """The engines of the open resources."""
    opened = resources.current()
    if not _chosen or _chosen[0][0] is not opened:
        _chosen[:] = [(opened, _choose(opened))]
    return _chosen[0][1]


def _choose(opened: resources.Resources) -> Engines:
    settings = opened.settings
    services = Services(settings, opened.database)
    many = settings.batches_at_once
    images_here, texts_here = settings.embeds_images == "local", settings.embeds_texts == "local"
    return Engines(
        _choose_examiner(settings, services),
        _embed_here(settings) if images_here else services.slig,
        _choose_texts(settings, services),
        _choose_discoverer(settings, services),
        services.claude_suggester if settings.claude_key else None,
        _choose_pages(settings, services),
        Floors(
            LOCAL_TEXT_FLOOR if texts_here else SERVICE_TEXT_FLOOR,
            LOCAL_IMAGE_FLOORS if images_here else SERVICE_IMAGE_FLOORS,
        ),
        examiner_at_once=1 if settings.examines == "local" else many,
        images_at_once=1 if images_here else many,
        texts_at_once=1 if texts_here else many,
    )


def _choose_examiner(settings: Settings, services: Services) -> ImageExaminer:
    if settings.examines == "local":
        return _examine_here(settings)
    if settings.examines == "claude":
        return services.claude
    if not settings.claude_key:
        return services.qwen
    return QwenThenClaude(services.qwen, services.claude, threshold=settings.classification_threshold)


def _choose_texts(settings: Settings, services: Services) -> TextEmbedder:
    if settings.embeds_texts == "local":
        return _read_here()
    return services.voyage if settings.embeds_texts == "voyage" else services.openai_texts


def _choose_discoverer(settings: Settings, services: Services) -> ProductDiscoverer:
    if settings.discovers == "local":
        return LocalDiscoverer()
    return services.claude_discoverer if settings.discovers == "claude" else services.openai_discoverer


def _choose_pages(settings: Settings, services: Services) -> PageDiscoverer | None:
    if settings.discovers == "local":
        return None
    return services.claude_pages if settings.discovers == "claude" else services.openai_pages


# Imported late: onnxruntime and the encoder take their time, and not every command looks at images.
def _examine_here(settings: Settings) -> ImageExaminer:
    from tasks.local.image_classes import LocalImageExaminer

    return LocalImageExaminer(settings.home / "models", settings.engine_threads)


def _embed_here(settings: Settings) -> ImageEmbedder:
    from tasks.local.image_views import LocalImageEmbedder

    return LocalImageEmbedder(settings.home / "models", settings.engine_threads, settings.page_max_megapixels)


def _read_here() -> TextEmbedder:
    from tasks.local.text_vectors import LocalTextEmbedder

    return LocalTextEmbedder()
