"""The server: `streamlit run app.py`.

Streamlit reads this file without running it and looks for the very call below; an imported `app`
would be taken for a plain script, without headers, warm start or error handling.
"""

from streamlit.starlette import App

from socialroi.ui import server

app = App(
    server.ROUTER,
    lifespan=server.lifespan,
    middleware=server.MIDDLEWARE,
    on_script_error=server.on_script_error,
)
