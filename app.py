"""The server, as Streamlit finds it: `streamlit run app.py`."""

from socialroi.ui.server import app

__all__ = ["app"]
