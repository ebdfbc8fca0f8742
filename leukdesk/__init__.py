"""leukdesk: see what a leukaemia CNN sees in a blood smear. For research use only."""

__version__ = "0.1.0"
