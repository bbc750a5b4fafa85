"""Templates of one workspace, parsed once, and their rendering."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence

from liquid import Node, TokenStream
from liquid.exceptions import LiquidError, LiquidInterrupt, ResourceLimitError, StopRender
from liquid.parser import get_parser

from stampcard.braze.liquid.environment import MAX_OUTPUT, Buffer, Context, Dialect, Template
from stampcard.braze.liquid.filters import TooLarge
from stampcard.braze.liquid.tokens import tokenize
from stampcard.braze.rendering import MessageAborted, Run, TemplateError
from stampcard.braze.variables import LINKS, PROFILE

MAX_SOURCE = 1_000_000
"""Characters of one template (assumed)."""
KEPT = 1_000
"""Parsed templates a workspace keeps, the last used ones."""

WAITING = ("connected_content", "content_blocks", "catalog_", "message_extras", "translation")
"""What makes a template render asynchronously; the others render twice as fast."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_REFERENCE = re.compile(r"([\w.]*?)\.?\$\{\s*([^}]*?)\s*\}")
_SNIPPET = re.compile(r"""\{%-?\s*promotion\s*\(\s*["']([^"']+)["']\s*\)""")


class Parsed:
    """A template ready to render.

    `waits` says whether rendering may have to wait for something, `names` are its `(namespace, key)` pairs, `reads` the
    same with what the trace calls each, `snippets` the promotion lists it names, `links` the footer's links in it.
    """

    def __init__(self, source: str, template: Template | None) -> None:
        self.source = source
        self.template = template
        # What stands in an HTML comment never runs: it reads no field and takes no promotion code.
        live = _COMMENT.sub("", source) if "<!--" in source else source
        found = _REFERENCE.findall(live) if template else ()
        self.names: tuple[tuple[str, str], ...] = tuple(dict.fromkeys(found))
        self.reads = tuple(
            (f"{namespace}.{key}" if namespace else key, namespace or PROFILE, key)
            for namespace, key in self.names
            if namespace != "content_blocks"
        )
        self.waits = any(word in source for word in WAITING)
        self.snippets = tuple(dict.fromkeys(_SNIPPET.findall(live))) if template else ()
        self.links = tuple(key for _, key in self.names if key in LINKS)
        if template is not None:
            template.known_names = frozenset(key for _, key in self.names)

    async def render(self, run: Run) -> str:
        """The text for one person. Raises MessageAborted."""
        if self.template is None:
            return self.source
        context = Context(self.template, globals=run.names)
        context.run = run
        buffer = Buffer(MAX_OUTPUT)
        for node in self.template.nodes:
            try:
                if self.waits:
                    await node.render_async(context, buffer)
                else:
                    node.render(context, buffer)
            except (LiquidInterrupt, StopRender):
                break
            except (ResourceLimitError, TooLarge) as error:
                raise MessageAborted("stampcard_render_limit", f"the template is over a limit: {error}") from error
            except (LiquidError, LookupError, ValueError, ArithmeticError) as error:
                text = f"Liquid error: {getattr(error, 'message', 'internal')}"
                run.warn(f"{text} ({error})")
                buffer.write(text)
        return buffer.getvalue()


class Templates:
    """Parses each template once; `parses` counts how often it had to."""

    def __init__(self) -> None:
        self._dialect = Dialect(self._block)
        self._parsed: OrderedDict[str, Parsed] = OrderedDict()
        self._blocks: dict[str, Sequence[Node] | str] = {}
        self.parses = 0

    def find(self, source: str) -> Parsed:
        """The parsed template of a text. Raises TemplateError."""
        found = self._parsed.get(source)
        if found is None:
            found = self._parsed[source] = self._parse(source)
            if len(self._parsed) > KEPT:
                self._parsed.popitem(last=False)
        else:
            self._parsed.move_to_end(source)
        return found

    def _parse(self, source: str) -> Parsed:
        if "{{" not in source and "{%" not in source and "<!--" not in source:
            return Parsed(source, None)
        if len(source) > MAX_SOURCE:
            raise TemplateError(f"the template is over {MAX_SOURCE} characters", 1, 1)
        self.parses += 1
        try:
            template = self._dialect.from_string(source)
        except (LiquidError, RecursionError) as error:
            raise _located(error, source) from error
        assert isinstance(template, Template)
        return Parsed(source, template)

    def _block(self, source: str) -> Sequence[Node] | str:
        """A Content Block's nodes; one that does not parse aborts the message."""
        if source not in self._blocks:
            if len(self._blocks) > KEPT:
                self._blocks.clear()
            try:
                self._blocks[source] = get_parser(self._dialect).parse(TokenStream(tokenize(source)))
            except (LiquidError, RecursionError) as error:
                located = _located(error, source)
                raise MessageAborted("template_parse_error", f"Content Block: {located}") from error
        return self._blocks[source]


def _located(error: Exception, source: str) -> TemplateError:
    token = getattr(error, "token", None)
    place = token.start_index if token is not None and token.source == source else -1
    message = getattr(error, "message", None) or str(error) or type(error).__name__
    if place < 0:
        return TemplateError(str(message), source.count("\n") + 1, len(source) - source.rfind("\n"))
    before = source[:place]
    return TemplateError(str(message), before.count("\n") + 1, place - before.rfind("\n"))
