"""Model bundles on disk: load with every hash checked, list, seal. Data, never code; knows no network framework."""
