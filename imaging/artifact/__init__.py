"""The artifact in the build VM: how it gets there, is checked, unpacked and removed."""
