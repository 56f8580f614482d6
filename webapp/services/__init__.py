"""Use cases, one per function: each owns its transactions and wakes the queue after commit."""
