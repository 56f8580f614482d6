"""RQ doors, the same shape as routes: an id in, nothing out. What they do is in services."""
