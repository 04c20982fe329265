"""What people see. The only room that imports streamlit; pages import nothing but this room."""
