"""A page as a test reads it: whether it is well formed, and what it says."""

import re
from html.parser import HTMLParser

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Tree(HTMLParser):
    """Whether every element that is opened is closed, in order; and its text, identifiers and links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        self.ids += [said["id"]] if "id" in said else []
        self.links += [said["href"]] if tag == "a" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if "style" not in self.open:
            self.said.append(data)

    @property
    def text(self) -> str:
        """As a reader sees it; spaces that do not break stay as they are."""
        return re.sub(r"[ \n]+", " ", " ".join(self.said))


def foreign(page: str) -> list[str]:
    """What a page would have to fetch from elsewhere."""
    without_names = re.sub(r'xmlns(:\w+)?="http://www\.w3\.org/[\w/]+"', "", page)
    found = re.findall(r"https?://\S*|<(?:script|link|iframe|img|object|embed)\b|@import|url\((?!#)", without_names)
    sources = re.findall(r'(?:src|xlink:href)="([^"]+)"', without_names)
    return found + [source for source in sources if not source.startswith(("data:image/png;base64,", "#"))]
