"""Pictures drawn by hand: SVG that needs no library."""
