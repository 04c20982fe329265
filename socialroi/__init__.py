"""socialroi: what answering people on social media is worth, measured honestly."""

__version__ = "0.1.0"
