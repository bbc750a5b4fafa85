"""Fake Braze, Punchh, Voucherify and Antavo in one world, on one virtual clock."""

from stampcard.core.errors import ExpectationFailed, SetupError, StampcardError
from stampcard.core.world import World
from stampcard.emulator import Emulator

__all__ = ["Emulator", "ExpectationFailed", "SetupError", "StampcardError", "World"]
