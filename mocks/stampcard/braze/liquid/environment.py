"""Braze's Liquid: python-liquid with our tokens, tags, filters, comparisons and limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any, ClassVar

from liquid import BoundTemplate, Environment, Node, RenderContext, Token
from liquid.builtin import content, illegal
from liquid.builtin.tags import (
    case_tag,
    comment_tag,
    cycle_tag,
    decrement_tag,
    echo_tag,
    for_tag,
    ifchanged_tag,
    increment_tag,
    inline_comment_tag,
    liquid_tag,
)
from liquid.exceptions import OutputStreamLimitError, ResourceLimitError
from liquid.utils import ReadOnlyChainMap

from stampcard.braze.liquid import conditions, tokens
from stampcard.braze.liquid.catalogs import CatalogItems, CatalogSelectionItems
from stampcard.braze.liquid.connected_content import ConnectedContent
from stampcard.braze.liquid.filters import FILTERS, UNSUPPORTED, guarded
from stampcard.braze.liquid.tags import (
    AbortMessage,
    Assign,
    Capture,
    For,
    MessageExtras,
    Output,
    Promotion,
)
from stampcard.braze.liquid.translation import Translation
from stampcard.braze.rendering import Run

MAX_OUTPUT = 5_000_000
"""Characters of one rendered field (assumed: Braze publishes no limit)."""
MAX_STEPS = 1_000_000
"""Look-ups and loop turns of one rendering (assumed); counted, so that a run gives the same result on any machine."""

TAGS = (
    content.Literal,
    illegal.Illegal,
    Assign,
    Capture,
    case_tag.CaseTag,
    comment_tag.CommentTag,
    cycle_tag.CycleTag,
    decrement_tag.DecrementTag,
    echo_tag.EchoTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    ifchanged_tag.IfChangedTag,
    increment_tag.IncrementTag,
    inline_comment_tag.InlineCommentTag,
    liquid_tag.LiquidTag,
    Output,
    For,
    conditions.If,
    conditions.Unless,
    AbortMessage,
    CatalogItems,
    CatalogSelectionItems,
    ConnectedContent,
    MessageExtras,
    Promotion,
    Translation,
)

_MISSING: Any = object()


class StepLimitReached(ResourceLimitError):
    """A rendering took more steps than any honest template."""


class Buffer(StringIO):
    """A text that may grow up to a limit of characters; its pieces are put together when it is read."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.size = 0
        self.pieces: list[str] = []

    def write(self, text: str, /) -> int:
        self.size += len(text)
        if self.size > self.limit:
            raise OutputStreamLimitError("too much output", token=None)
        self.pieces.append(text)
        return len(text)

    def getvalue(self) -> str:
        return "".join(self.pieces)


ENDS = frozenset({"size", "first", "last"})
"""Names that python-liquid answers itself."""


class Scope(ReadOnlyChainMap):
    """python-liquid's chain of namespaces, which looks before it leaps: most names are not in the first one."""

    def __getitem__(self, key: str) -> object:
        for names in self._maps:
            found = names.get(key, _MISSING)
            if found is not _MISSING:
                return found
        raise KeyError(key)


class Context(RenderContext):
    """One rendering: python-liquid's context with the run it belongs to."""

    run: Run
    turn_weight = 1

    def __init__(self, template: BoundTemplate, *, globals: Mapping[str, object]) -> None:
        """python-liquid's members as its own constructor sets them, but for what costs time and is not used here."""
        self.env = template.env
        self.template = template
        self.locals = {}
        self.globals = globals
        self.counters = {}
        # Without python-liquid's built-in `now` and `today`, which read the machine's clock.
        self.scope = Scope(self.locals, self.globals, self.counters)
        self.tag_namespace = {"cycles": {}, "ifchanged": "", "stopindex": {}}
        self.loops = []
        self.disabled_tags = []
        self.autoescape = False
        self._copy_depth = 0
        self.parent_context = None
        self.loop_iteration_carry = 1
        self.local_namespace_size_carry = 0

    def spend(self, steps: int) -> None:
        """Count work. Raises StepLimitReached."""
        self.run.steps += steps
        if self.run.steps > MAX_STEPS:
            raise StepLimitReached("too many steps", token=None)

    def get_buffer(self, buf: Any = None) -> StringIO:
        return Buffer(MAX_OUTPUT - (buf.size if isinstance(buf, Buffer) else 0))

    def assign(self, key: str, val: Any) -> None:
        self.spend(1)
        self.locals[key] = val

    def get(self, path: list[object], *, token: Token | None, default: object = _MISSING) -> object:
        self.spend(1)
        root = path[0]
        try:
            found: Any = self.scope[root]  # type: ignore[index]
            for step in path[1:]:
                found = found[step] if step.__class__ is str and step not in ENDS else self.get_item(found, step)
        except (KeyError, TypeError, IndexError):
            return self.env.undefined(str(root), token=token) if default is _MISSING else default
        return found

    async def get_async(self, path: list[object], *, token: Token | None, default: object = _MISSING) -> object:
        return self.get(path, token=token, default=default)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.spend(length * self.turn_weight)
        super().raise_for_loop_limit(length)

    def get_item(self, obj: Any, key: Any) -> Any:
        # The documentation indexes an object as if it were an array of one.
        if key == 0 and isinstance(key, int) and isinstance(obj, Mapping) and "0" not in obj:
            return obj
        return super().get_item(obj, key)

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        self.spend(1)
        if name not in self.env.filters:
            why = "Braze lists it as not supported" if name in UNSUPPORTED else "Braze does not document it"
            self.run.warn(f"filter {name!r}: {why}; the value passes through unchanged (assumed)")
            return _unchanged
        return super().filter(name, token)


def _unchanged(value: object, *args: object, **options: object) -> object:
    return value


class Template(BoundTemplate):
    """A parsed template that renders in our context."""

    context_class = Context
    known_names: frozenset[str] = frozenset()


class Dialect(Environment):
    """Braze's dialect; `block` gives the parsed nodes of a Content Block's text."""

    template_class: ClassVar[type[BoundTemplate]] = Template  # type: ignore[misc]
    loop_iteration_limit = 100_000
    block_nesting_limit = 50

    def __init__(self, block: Callable[[str], Sequence[Node] | str]) -> None:
        super().__init__(strict_filters=False)
        self.block = block

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in TAGS:
            self.add_tag(tag)
        for name, function in FILTERS.items():
            self.add_filter(name, guarded(function))

    def tokenizer(self) -> Callable[[str], Iterator[Token]]:
        return tokens.tokenize
