"""One job's fetches of images from outside: what is known is not asked for, and nothing is fetched twice."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path

import httpx

from tasks.catalog.engines import ItemFailure
from tasks.clients.errors import PermanentServiceError, ServiceError, TransientServiceError
from tasks.clients.web import WebClient, take_file
from tasks.clients.web_addresses import check_url
from tasks.clients.web_answers import NotModified, Validators
from tasks.clients.web_body import SERVICE, FetchedFile
from tasks.clients.web_freshness import names_content, read_lifetime
from tasks.clients.web_hosts import HostPauses
from tasks.download_settings import DownloadSettings
from tasks.image_outcomes import Downloaded, Fetched, Outcome, describe_known
from tasks.jobs import Job
from tasks.limits import hold
from tasks.local.picture_reader import PictureReader, UnreadablePictureError
from tasks.storage.downloads import KnownDownload, clean_url, find_known, hash_url, make_row, make_storable, show_url

CAP = "downloads"  # the limit, and the name of the figures in the job's report

Turn = Callable[[str], AbstractAsyncContextManager[object]]
"""(address) -> what is held for one request; raises ServiceError, `ImageLeftAloneError` where none may be sent."""

_ACCEPT = "image/jpeg, image/png;q=0.9, image/webp;q=0.8, image/*;q=0.7, */*;q=0.5"  # what need not be converted first
_DAY_SECONDS = 86_400
_LEAST_SECONDS = 0.1  # left to a redirect's target: its deadline says that time is up


class ImageLeftAloneError(PermanentServiceError):
    """The image may not be asked for (robots.txt): skipped, not failed."""


class ImageFetches:
    """Shared by the batches of one job. `stop` gives up what still runs."""

    def __init__(
        self,
        job: Job,
        folder: Path,
        settings: DownloadSettings,
        web: WebClient,
        pictures: PictureReader,
        *,
        force: bool = False,
        turn: Turn = lambda _url: nullcontext(),
    ) -> None:
        self.job, self._take_turn = job, turn
        self._folder, self._settings, self._force = folder, settings, force
        self._web, self._pictures = web, pictures
        self._figures = job.account.figures[CAP]
        self._pauses = HostPauses(
            longest_seconds=settings.download_longest_pause_seconds, patience=settings.download_host_refusals
        )
        self._asked: dict[str, asyncio.Future[Outcome]] = {}  # by the URL's hash

    async def get(self, urls: Collection[str]) -> Fetched:
        """What became of each URL; one that another batch has asked for is waited for, not fetched again.

        Raises what is no fault of an image (LimitUnavailableError, OSError); who asks again then has another try.
        """
        hashes = {url: hash_url(url) for url in urls}
        fresh = {digest: url for url, digest in hashes.items() if digest not in self._asked}
        self._start(fresh)
        asked = {digest: self._asked[digest] for digest in hashes.values()}
        if asked:
            await asyncio.wait(asked.values())
        for digest, future in asked.items():
            if (future.cancelled() or future.exception()) and self._asked.get(digest) is future:
                del self._asked[digest]
        outcomes = {digest: future.result() for digest, future in asked.items()}
        own = [outcomes[digest] for digest in fresh]
        for digest in fresh:  # what is written with this batch is not kept in mind
            self._asked[digest] = _finish(outcomes[digest]._replace(row=None, confirmed=None))
        return Fetched(
            {url: outcomes[digest] for url, digest in hashes.items()},
            [outcome.row for outcome in own if outcome.row],
            [outcome.confirmed for outcome in own if outcome.confirmed],
        )

    async def stop(self) -> None:
        """Give up what still runs."""
        running = [future for future in self._asked.values() if not future.done()]
        for future in running:
            future.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _start(self, fresh: Mapping[str, str]) -> None:
        if fresh:
            lookup = asyncio.create_task(self._look_up(list(fresh)))
            self._asked |= {
                digest: asyncio.create_task(self._get(url, digest, lookup)) for digest, url in fresh.items()
            }

    async def _look_up(self, digests: Collection[str]) -> dict[str, KnownDownload]:
        if self._force:
            return {}
        seconds = int(self._settings.download_fresh_days * _DAY_SECONDS)
        return await find_known(self.job.database, self.job.workspace_id, digests, longest_fresh_seconds=seconds)

    async def _get(self, url: str, digest: str, lookup: Awaitable[Mapping[str, KnownDownload]]) -> Outcome:
        known = (await lookup).get(digest)
        if known and known.fresh:
            self._figures.cached += 1
            return Outcome(describe_known(url, known))
        received = self._folder / ".received" / digest  # of this fetch alone: it goes when the picture is read
        try:
            answer = await self._fetch(url, received, known)
            if isinstance(answer, NotModified):
                assert known is not None, "only who knows an image can hear that it is still the same"
                return Outcome(describe_known(url, known), confirmed=known.id)
            return await self._keep(url, answer, known)
        except ServiceError as error:
            waits = isinstance(error, TransientServiceError) and error.retry_after is not None
            failure = ItemFailure(make_storable(error.reason), isinstance(error, PermanentServiceError))
            is_left_alone = isinstance(error, ImageLeftAloneError)
            return Outcome(failure, "skipped" if is_left_alone else "pending" if waits else "failed")
        except UnreadablePictureError as error:
            return Outcome(ItemFailure(f"the image at {show_url(url)} was left out: {error}"))
        finally:
            await asyncio.to_thread(shutil.rmtree, received, ignore_errors=True)

    async def _fetch(self, url: str, folder: Path, known: KnownDownload | None) -> FetchedFile | NotModified:
        """Each address on the way, redirects included, is asked for in its own host's turn."""
        settings, cookies, spent = self._settings, httpx.Cookies(), 0.0
        validators = Validators(known.etag, known.last_modified) if known else None
        first = target = clean_url(url)
        for _ in range(settings.download_max_redirects + 1):
            hop = _Hop(self, target)
            answer = await self._web.fetch(
                target,
                folder,
                validators=validators,
                max_bytes=int(settings.download_max_mb * 1e6),
                deadline_seconds=max(_LEAST_SECONDS, settings.download_seconds - spent),
                follow=False,
                cookies=cookies,
                accept=_ACCEPT,
                slot=hop.slot,
            )
            spent += hop.seconds
            if answer.location is None:
                return take_file(answer, validators)
            target = answer.location
        raise PermanentServiceError(SERVICE, f"{first} redirects more than {settings.download_max_redirects} times")

    @asynccontextmanager
    async def hold_turn(self, url: str, *, is_retry: bool) -> AsyncIterator[None]:
        """Hold what one request to `url` needs: its host's turn and the cap's slot."""
        async with self._take_turn(url), self._turn(check_url(url).netloc.decode("ascii")):
            self._figures.requests += 1
            self._figures.retries += is_retry
            yield

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        """The cap's slot, once the host may be asked: who waits for a host keeps no slot from the others."""
        while True:
            await self._pauses.wait(host)
            async with hold(CAP):
                if self._pauses.is_paused(host):
                    continue
                async with self._pauses.learn(host):
                    yield
                return

    async def _keep(self, url: str, answer: FetchedFile, known: KnownDownload | None) -> Outcome:
        """The picture as the library takes it; bytes that are known already are not decoded again."""
        same = known if known and known.received_sha256 == answer.sha256 else None
        if same:
            result = describe_known(url, same)
        else:
            picture = await self._pictures.read(answer.path, self._folder)
            result = Downloaded(url=url, known=False, **picture._asdict())
        row = make_row(
            self.job.workspace_id,
            url,
            etag=answer.etag,
            last_modified=answer.last_modified,
            max_age_seconds=read_lifetime(answer.headers),
            immutable=await asyncio.to_thread(names_content, url, answer.path),
            received_sha256=answer.sha256,
            content_type=answer.content_type,
            sha256=result.sha256,
            extension=result.ext,
            file_size=result.bytes,
            source_job_id=self.job.id,
        )
        return Outcome(result, row=row, confirmed=same.id if same else None)


class _Hop:
    """The requests for one address: `slot` is held for each, `seconds` have passed in them."""

    def __init__(self, fetches: ImageFetches, url: str) -> None:
        self._fetches, self._url, self._attempts, self.seconds = fetches, url, 0, 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        async with self._fetches.hold_turn(self._url, is_retry=self._attempts > 0):
            self._attempts += 1
            began = time.monotonic()
            try:
                yield
            finally:
                self.seconds += time.monotonic() - began


def _finish(outcome: Outcome) -> asyncio.Future[Outcome]:
    future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    future.set_result(outcome)
    return future
