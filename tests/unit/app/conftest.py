"""View-models and lanes run on Qt's core, without a screen."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from window_fixtures import _frozen_modules, broken, garbage_stays_here, lanes, no_thread_is_left, smear_folder, smears

__all__ = ["_frozen_modules", "broken", "garbage_stays_here", "lanes", "no_thread_is_left", "smear_folder", "smears"]
