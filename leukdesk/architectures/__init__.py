"""Network architectures as data: a name, parameters, and a pair (features, head) built on demand."""

from leukdesk.architectures.registry import Network, build, names, resolve

__all__ = ["Network", "build", "names", "resolve"]
