"""Lists whose pages follow one another by cursor: custom data, catalog items, integrations of Cloud Data Ingestion."""

from __future__ import annotations

from base64 import b64decode, b64encode

ROWS_PER_PAGE = 50


def page_links(path: str, skip: int, total: int, size: int = ROWS_PER_PAGE) -> list[tuple[str, str]]:
    """The Link header of a page that begins after `skip` rows; none when one page holds all."""
    links = []
    if skip > 0:
        links.append(f'<{path}?cursor={cursor(max(0, skip - size))}>; rel="prev"')
    if skip + size < total:
        links.append(f'<{path}?cursor={cursor(skip + size)}>; rel="next"')
    return [("Link", ",".join(links))] if links else []


def cursor(skip: int) -> str:
    """The opaque text that stands for a place in a list."""
    return b64encode(f"skip:{skip}".encode()).decode()


def read_cursor(text: str | None) -> int | None:
    """How many rows a cursor skips; None for a text that is no cursor."""
    if text is None:
        return 0
    try:
        word, _, number = b64decode(text, validate=True).decode().partition(":")
    except ValueError:
        return None
    good = word == "skip" and number.isascii() and number.isdigit() and len(number) < 10
    return int(number) if good else None
