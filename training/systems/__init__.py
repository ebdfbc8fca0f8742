"""The published systems: their recipes, short runs that show that each works, and the table of what came of them."""
