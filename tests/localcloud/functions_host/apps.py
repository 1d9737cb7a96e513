"""Small apps for the tests of the host: written to a folder, indexed, ready to be called."""

import itertools
import textwrap

from localcloud.functions_host.index import index_app

PREAMBLE = """
from __future__ import annotations
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Dict, List, Optional, TypedDict
import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
"""
_numbers = itertools.count()


def index_source(folder, source, preamble=PREAMBLE):
    """Write an app to a module of its own, as modules are imported once, and index it."""
    module_name = f"app_{next(_numbers)}"
    (folder / f"{module_name}.py").write_text(preamble + textwrap.dedent(source))
    return index_app(folder, module_name)


def index_one(folder, source):
    """Index an app and return its only function."""
    (function,) = index_source(folder, source)
    return function
