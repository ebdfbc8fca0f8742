"""The case history: what was recorded stays, and can be found, corrected, signed and proven. The only room with SQL."""
