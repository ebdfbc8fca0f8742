"""What the packaged `leukdesk` runs."""

import sys

from leukdesk.__main__ import main

sys.exit(main())
