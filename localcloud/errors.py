"""What can go wrong with the local cloud itself; the commands show the text and nothing else."""

from __future__ import annotations


class LocalCloudError(Exception):
    """Base of them all. A message names the thing, the value and the way out."""


class MissingPartError(LocalCloudError):
    """Something that has to be installed is not."""


class StartError(LocalCloudError):
    """A process ended, or did not answer in time, while it was starting."""


class StorageError(LocalCloudError):
    """Azurite does not answer, or refuses."""


class StateError(LocalCloudError):
    """What is asked for does not fit what is running, or where."""
