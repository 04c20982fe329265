"""The database: facts, derived tables, and the only door to them.

A store answers questions about one generation of a workspace; the functions change the workspace, each
in one transaction that is published whole or not at all.
"""

from socialroi.store.changes import create, derive, set_setting
from socialroi.store.health import doctor, inspect
from socialroi.store.ledger import Batch, batches, rejects, undo
from socialroi.store.loading import Loaded, ingest
from socialroi.store.settings import Settings
from socialroi.store.store import Store

__all__ = [
    "Batch", "Loaded", "Settings", "Store", "batches", "create", "derive", "doctor", "ingest", "inspect",
    "rejects", "set_setting", "undo",
]  # fmt: skip
