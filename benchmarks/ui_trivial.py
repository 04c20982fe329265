"""The page that the dashboard is measured against: a title, a button and a count, on default settings."""

import streamlit as st

st.title("Trivial")
st.session_state.count = st.session_state.get("count", 0) + st.button("More")
st.markdown(f"Count {st.session_state.count}")
