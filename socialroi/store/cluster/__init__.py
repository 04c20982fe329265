"""The way past one machine: the same derived tables, made on Spark, and opened here without the raw ones.

    socialroi derive --db F --export DIR                                the canonical tables as Parquet
    socialroi derive --engine spark --master M --input DIR --out DIR    the derived tables as Parquet
    socialroi serve --derived DIR                                       the dashboard on them

Nothing here is imported by a database of one machine, and pyspark and sqlglot only where Spark runs.
"""

from socialroi.store.cluster.exporting import export
from socialroi.store.cluster.opening import is_derived, opened

__all__ = ["export", "is_derived", "opened"]
