"""Runs first in a package: what is started from it (a file manager, say) finds the system's libraries and not ours.

The loader has read LD_LIBRARY_PATH by then; without PyInstaller's own marks another leukdesk that is started sets it
anew.
"""

import os

for name in [one for one in os.environ if one.startswith("_PYI_") or one == "LD_LIBRARY_PATH"]:
    del os.environ[name]
if before := os.environ.pop("LD_LIBRARY_PATH_ORIG", ""):
    os.environ["LD_LIBRARY_PATH"] = before
