"""What the gamification modules hold: contests, quizzes, profiling flows, content, treasures, wheels, passes, bids."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from stampcard.antavo.amounts import Number


class Contest(msgspec.Struct, frozen=True):
    """A sweepstake; `points` is the price of an entry, `max_entries` None is no limit, `status` as the editor shows it
    (active, inactive or completed)."""

    id: str
    title: str
    start_date: str
    end_date: str
    description: str = ""
    display_until: str = ""
    completion_text: str = ""
    terms: str = ""
    points: int = 0
    max_entries: int | None = None
    status: str = "active"
    image: dict[str, str] = {}
    segments: tuple[str, ...] = ()
    custom_data: dict[str, Any] = {}


class Quiz(msgspec.Struct, frozen=True):
    """One question; `correct` is the index of the right answer."""

    id: str
    title: str
    answers: tuple[str, ...]
    correct: int
    description: str = ""
    points: int = 0
    status: str = "active"
    image: dict[str, str] = {}
    segments: tuple[str, ...] = ()
    success_message: str = ""
    failure_message: str = ""


class Option(msgspec.Struct, frozen=True):
    id: str
    text: Any


class Question(msgspec.Struct, frozen=True):
    """`title`, `description` and the text of an option are a text, or an object keyed by language code."""

    id: str
    title: Any
    type: str = "text_options"
    description: Any = ""
    multi_choice: bool = False
    answers: tuple[Option, ...] = ()


class Flow(msgspec.Struct, frozen=True):
    """A profiling flow; `points` are given once, when no question is left."""

    id: str
    title: str
    questions: tuple[Question, ...]
    description: str = ""
    points: int = 0
    starts_at: str = ""
    ends_at: str = ""
    image: dict[str, str] = {}
    segments: tuple[str, ...] = ()
    message: str = ""
    cta_label: str = ""


class Content(msgspec.Struct, frozen=True):
    """A page to visit or a video to watch."""

    title: str
    url: str
    type: str = "visit"
    points: int = 0
    segments: tuple[str, ...] = ()


class Treasure(msgspec.Struct, frozen=True):
    """A page to find."""

    title: str
    url: str
    description: str = ""
    points: int = 0
    success_message: str = ""
    image: dict[str, str] = {}
    starts_at: str = ""
    ends_at: str = ""
    segments: tuple[str, ...] = ()


class Slice(msgspec.Struct, frozen=True):
    """`weight` is the chance in percent; `points` what a slice of type points gives, `reward` what one of type reward
    lets the member claim."""

    id: str
    type: str
    label: str
    weight: float
    win_text: str = ""
    bgcolor: str = ""
    color: str = ""
    points: int = 0
    reward: str = ""


class Wheel(msgspec.Struct, frozen=True):
    """A prize wheel; `points` is the price of a spin, `repeat_interval` the time between two of a member."""

    id: str
    name: str
    options: tuple[Slice, ...]
    status: str = "active"
    points: int = 0
    repeat_interval: str = ""
    starts_at: str = ""
    ends_at: str = ""
    segments: tuple[str, ...] = ()
    center_rotation: bool = False
    button_color: str = ""
    button_text_color: str = ""
    background_color: str = ""
    font_color: str = ""
    main_logo: dict[str, str] = {}
    center_logo: dict[str, str] = {}


class Share(msgspec.Struct, frozen=True):
    """A social share campaign: pages and platforms that count, and what sharing is worth."""

    id: str
    urls: tuple[str, ...]
    platforms: tuple[str, ...]
    points: int = 0
    starts_at: str = ""
    ends_at: str = ""
    segments: tuple[str, ...] = ()


class Pass(msgspec.Struct, frozen=True):
    """A wallet pass of a member; `type` is coupon, membership or event."""

    id: str
    member: str
    name: str
    created_at: datetime
    type: str = "membership"
    status: str = "assigned"
    template: dict[str, str] = {}
    expires_at: str = ""
    coupon: str = ""


class Bid(msgspec.Struct):
    """The highest bid on a reward."""

    customer: str
    points: Number


class Played(msgspec.Struct):
    """What a member did in the modules: entries by contest, right or wrong by quiz, answers by flow and question,
    completed flows, and the last spin by wheel."""

    contests: dict[str, int] = {}
    quizzes: dict[str, bool] = {}
    answers: dict[str, dict[str, list[Any]]] = {}
    flows: list[str] = []
    spins: dict[str, datetime] = {}


class Modules(msgspec.Struct):
    """The modules of a workspace, by id; content and treasures have none."""

    contests: dict[str, Contest] = {}
    quizzes: dict[str, Quiz] = {}
    flows: dict[str, Flow] = {}
    contents: list[Content] = []
    treasures: list[Treasure] = []
    wheels: dict[str, Wheel] = {}
    shares: dict[str, Share] = {}
    passes: dict[str, Pass] = {}
    bids: dict[str, Bid] = {}
