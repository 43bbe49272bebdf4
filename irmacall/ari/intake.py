"""Where a node's events wait until its snapshot has been told, and pass straight through from then on."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from irmacall.ari.fields import WireError
from irmacall.ari.keys import Keys
from irmacall.ari.lag import Lag
from irmacall.ari.repeats import Repeats
from irmacall.ari.wire import Referral, Superseded, parse_event
from irmacall.core.events import NodeEvent, NodeSnapshot, PhoneRegistered
from irmacall.core.ids import Endpoint, NodeName
from irmacall.errors import LeaseLost

log = structlog.get_logger("irmacall.ari")


class Intake:
    """One connection's way into the desk: nothing passes before the snapshot, everything after it, in order."""

    def __init__(self, node: NodeName, sink: Callable[[NodeEvent], None], lag: Lag | None = None) -> None:
        self._node = node
        self._lag = lag or Lag()
        self._sink = sink
        self._keys = Keys()
        self._repeats = Repeats()
        self._kept: list[NodeEvent] = []
        self.changed: set[Endpoint] = set()
        """Phones that an event told of: what is read of one while that came may be older."""
        self.live = False

    def hear(self, text: str) -> None:
        """Take one frame. Raises LeaseLost when it says that our application is another's now.

        What cannot be read is logged without its content, and the next frame is another frame.
        """
        self._lag.heard(text)
        try:
            heard = parse_event(self._node, text)
        except WireError as error:
            log.error("event.unreadable", node=self._node, error=str(error))
            return
        if isinstance(heard, Superseded):
            raise LeaseLost(f"node {self._node}: another socket has our application")
        if isinstance(heard, Referral):
            heard = heard.referred if self._repeats.is_first(heard) else None
        event = None if heard is None else self._keys.sift(heard)
        if isinstance(event, PhoneRegistered):
            self.changed.add(event.endpoint)
        if event is not None:
            self.tell(event)

    def go_live(self, snapshot: NodeSnapshot) -> None:
        """Tell the snapshot, then what was heard while it was taken."""
        self._sink(snapshot)
        for event in self._kept:
            self._sink(event)
        self._kept.clear()
        self.live = True

    def tell(self, event: NodeEvent) -> None:
        """Pass this on, in its turn, unless it was told before."""
        if not self._repeats.is_new(event):
            return
        if self.live:
            self._sink(event)
        else:
            self._kept.append(event)
