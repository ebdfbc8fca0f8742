"""What is asked before a run: which recipes there are, what the data is, how it would be divided, how long it takes."""
