"""A batch on several workstations: a Dask scheduler hands the tasks out, every worker has an engine of its own."""
