"""The words of the field as frozen types: no files, no windows, no frameworks at import time."""
