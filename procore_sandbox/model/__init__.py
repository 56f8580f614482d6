"""A Procore world as a plain in-process model: no HTTP, no threads, no sockets."""

from .clock import Clock, DrivenClock
from .errors import Refused
from .messages import Response
from .state import AppRegistration
from .switches import Switches
from .world import World

__all__ = ["AppRegistration", "Clock", "DrivenClock", "Refused", "Response", "Switches", "World"]
