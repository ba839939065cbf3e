"""The window of ids: which events were taken in lately, so that the same one again is a duplicate."""

from collections import deque

from segue.model.ids import EventId


class Window:
    """Remembers the last ``size`` event ids, exactly."""

    def __init__(self, size: int) -> None:
        self._order: deque[EventId] = deque()
        self._ids: set[EventId] = set()
        self._size = size

    def __contains__(self, event_id: EventId) -> bool:
        return event_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, event_id: EventId) -> None:
        """Remember ``event_id``, and forget the oldest beyond the size."""
        if event_id in self._ids:
            return
        self._ids.add(event_id)
        self._order.append(event_id)
        if len(self._order) > self._size:
            self._ids.discard(self._order.popleft())
