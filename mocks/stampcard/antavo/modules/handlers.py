"""Operations of this room: activities, challenges, contests, quizzes, profiling, prize wheels, bids, wallet passes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stampcard.antavo.modules import (
    activities,
    bids,
    challenges,
    content,
    contests,
    explorations,
    prize_wheels,
    profiling,
    quizzes,
    wallet,
)
from stampcard.core.endpoint import Reply

HANDLERS: Mapping[str, Callable[[Any], Awaitable[Reply]]] = {
    "challenges_available_v1": challenges.available,
    "challenges_completed_v1": challenges.completed,
    "challenges_available_v2": challenges.available_v2,
    "challenges_completed_v2": challenges.completed_v2,
    "activities_list": activities.list_all,
    "activities_earn": activities.earn,
    "activities_spend": activities.spend,
    "faq_list": content.faq,
    "share_intent": content.share_intent,
    "contests_list": contests.list_all,
    "contest_enter": contests.enter,
    "quizzes_list": quizzes.list_all,
    "quiz_get": quizzes.get,
    "quiz_answer": quizzes.answer,
    "profiling_flows": profiling.flows,
    "profiling_next": profiling.next_question,
    "profiling_answer": profiling.answer,
    "customer_data_extension": profiling.data_extension,
    "content_consumption_list": explorations.contents,
    "treasure_hunt_list": explorations.treasures,
    "prize_wheels_list": prize_wheels.list_all,
    "prize_wheel_get": prize_wheels.get,
    "prize_wheel_spin": prize_wheels.spin,
    "reward_bid": bids.bid,
    "wallet_passes": wallet.passes,
}
