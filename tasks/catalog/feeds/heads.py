"""What a feed's beginning shows of its structure: enough to tell whose profile it follows."""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.records import local_name
from tasks.catalog.feeds.sources import Source
from tasks.catalog.feeds.stream import PARSER_OPTIONS

_MOST_ELEMENTS = 6000


class Head(NamedTuple):
    """The elements of a feed's first part. Paths are of local names from the root ("/rss/channel/item")."""

    root: str
    attributes: dict[str, str]  # the root's
    prefixes: dict[str, str]  # prefix -> namespace, "" the default one; of every element seen
    counts: dict[str, int]  # path -> how often it occurs, in the order of their first
    names: dict[str, tuple[str, str]]  # path -> prefix and namespace of its first element
    texts: dict[str, list[str]]  # path -> its first texts
    keys: dict[str, set[str]]  # path -> names of its attributes

    def children(self, path: str) -> set[str]:
        """The names of the children of `path`, in small letters."""
        start = path + "/"
        return {
            one[len(start) :].casefold()
            for one in self.counts
            if one.startswith(start) and "/" not in one[len(start) :]
        }

    def find(self, *names: str) -> str | None:
        """The first path that ends in one of `names` ("offers/offer")."""
        return next((path for path in self.counts if any(path.endswith("/" + name) for name in names)), None)

    def prefix_of(self, namespace: str) -> str | None:
        """The prefix that the feed binds to a namespace whose address contains `namespace`."""
        return next((prefix for prefix, uri in self.prefixes.items() if namespace in uri and prefix), None)

    def text(self, path: str) -> str | None:
        """The first text of `path`."""
        return next(iter(self.texts.get(path, ())), None)


_SAMPLES = 50


def read_head(source: Source) -> Head:
    """The head of `source`. FeedError where not even its root can be read."""
    head: Head | None = None
    parser = etree.XMLPullParser(events=("start", "end"), **PARSER_OPTIONS)
    problem: etree.XMLSyntaxError | None = None
    try:
        parser.feed(source.head)
    except etree.XMLSyntaxError as error:
        problem = error
    steps: list[str] = []
    for count, (event, element) in enumerate(parser.read_events()):
        if event == "start":
            steps.append(local_name(element.tag))
            path = "/" + "/".join(steps)
            if head is None:
                head = Head(steps[0], {local_name(key): text for key, text in element.items()}, {}, {}, {}, {}, {})
            _note(head, path, element)
        else:
            path = "/" + "/".join(steps)
            steps.pop()
            texts = head.texts.setdefault(path, []) if head else []
            if element.text and len(texts) < _SAMPLES and (text := element.text.strip()):
                texts.append(text)
        if count > _MOST_ELEMENTS:
            break
    if head is None:
        line = (problem.lineno or 0) + source.form.skipped_lines if problem else None
        raise FeedError(f"not well-formed XML: {problem.msg if problem else 'it has no element'}", line)
    return head


def _namespace(element: etree._Element) -> str:
    tag = str(element.tag)
    return tag[1 : tag.rfind("}")] if tag.startswith("{") else ""


def _note(head: Head, path: str, element: etree._Element) -> None:
    head.counts[path] = head.counts.get(path, 0) + 1
    if path not in head.names:
        head.names[path] = (element.prefix or "", _namespace(element))
        head.prefixes.update(
            {prefix or "": uri for prefix, uri in element.nsmap.items() if (prefix or "") not in head.prefixes}
        )
    head.keys.setdefault(path, set()).update(local_name(key) for key in element.attrib)
