"""What the packaged `leukdesk-train` runs."""

import sys

from training.__main__ import main

sys.exit(main())
