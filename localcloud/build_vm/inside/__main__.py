"""Starts the supervisor: `python -m localcloud.build_vm.inside FD`, in namespaces of its own."""

from __future__ import annotations

import os
import socket
import sys

from localcloud.build_vm.inside import supervisor

if __name__ == "__main__":
    descriptor = int(sys.argv[1])
    os.set_inheritable(descriptor, False)
    supervisor.run(socket.socket(fileno=descriptor))
