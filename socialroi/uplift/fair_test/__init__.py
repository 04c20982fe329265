"""How to find out for certain: what a test could see, how it is run, and the coin that it needs."""
