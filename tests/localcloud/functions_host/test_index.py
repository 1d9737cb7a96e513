"""Indexing: what loads in Azure loads here, what Azure refuses is refused here."""

import pytest

from localcloud.functions_host.faults import AppLoadError
from localcloud.functions_host.index import index_app
from tests.localcloud.functions_host.apps import PREAMBLE, index_one, index_source

ACTIVITY = """
@app.activity_trigger(input_name="given")
def act(given{annotation}):
    return given
"""
CLASSES = """
class Order(TypedDict):
    number: int

@dataclass
class Note:
    text: str
"""


@pytest.mark.parametrize("annotation", ["", ": dict", ": str", ": Order", ": Note", ": List[int]"])
def test_an_annotation_that_azure_loads_is_loaded(app_folder, annotation):
    """The host must not be stricter than the worker, or working apps would seem broken."""
    found = index_one(app_folder, CLASSES + ACTIVITY.format(annotation=annotation))

    assert (found.name, found.trigger_type) == ("act", "activityTrigger")


@pytest.mark.parametrize(
    ("annotation", "shown"),
    [
        (": dict[str, Any]", "dict[str, typing.Any]"),
        (": list[str]", "list[str]"),
        (": dict | None", "dict | None"),
        (": Optional[dict]", "Optional[dict]"),
    ],
)
def test_a_non_type_annotation_is_refused_in_the_workers_words(app_folder, annotation, shown):
    """In Azure one such parameter keeps the whole app from loading."""
    with pytest.raises(AppLoadError) as refusal:
        index_source(app_folder, ACTIVITY.format(annotation=annotation))

    assert "binding given has invalid non-type annotation" in str(refusal.value)
    assert shown in str(refusal.value)


def test_a_non_type_annotation_is_refused_in_an_app_with_deferred_bindings_too(app_folder):
    """Their registry breaks down when it is asked about a Union."""
    source = "import azurefunctions.extensions.base\n" + ACTIVITY

    with pytest.raises(AppLoadError, match=r"invalid non-type annotation .*Optional"):
        index_source(app_folder, source.format(annotation=": Optional[dict]"))


def test_a_name_imported_for_type_checkers_only_is_refused(app_folder):
    """The worker evaluates annotations, so such an app does not start in Azure."""
    source = "if TYPE_CHECKING:\n    from decimal import Decimal\n"

    with pytest.raises(AppLoadError, match="not under TYPE_CHECKING"):
        index_source(app_folder, source + ACTIVITY.format(annotation=": Decimal"))


REFUSED = [
    (
        """
        @app.route(route="x")
        def f(request: func.HttpRequest) -> str: ...
        """,
        r"declared in Python but not in the function definition .*\['request'\]",
    ),
    (
        """
        @app.route(route="x", trigger_arg_name="req")
        def f() -> str: ...
        """,
        r"declared as bindings but are not present in Python: \['req'\]",
    ),
    (
        """
        @app.route(route="x")
        def f(req: func.TimerRequest) -> str: ...
        """,
        'type of req binding in the binding decorator "httpTrigger" does not match',
    ),
    (
        """
        @app.route(route="x")
        def f(req: func.HttpRequest) -> func.HttpResponse | None: ...
        """,
        "has invalid non-type return annotation",
    ),
    (
        """
        @app.route(route="x")
        def f(req: func.HttpRequest) -> int: ...
        """,
        'return annotation "int" does not match binding type "http"',
    ),
    (
        """
        @app.route(route="x")
        def f(req: func.HttpRequest, context: str) -> str: ...
        """,
        'the "context" parameter is expected to be of type azure.functions.Context',
    ),
    (
        """
        @app.route(route="x")
        def f(req: func.Out[str]) -> str: ...
        """,
        "its annotation is azure.functions.Out",
    ),
]
NOT_DONE = [
    (
        """
        @app.queue_trigger(arg_name="m", queue_name="q", connection="C")
        def f(m: func.QueueMessage) -> None: ...
        """,
        "the f function: binding m has the type queueTrigger, which the local host does not do",
    ),
    (
        """
        @app.route(route="x")
        @app.queue_output(arg_name="m", queue_name="q", connection="C")
        def f(req: func.HttpRequest, m: func.Out[str]) -> str: ...
        """,
        "binding m has the type queue",
    ),
    (
        """
        @app.route(route="x")
        @app.blob_input(arg_name="b", path="c/n", connection="C")
        def f(req: func.HttpRequest, b: str) -> str: ...
        """,
        "binding b has the type blob",
    ),
    (
        """
        @app.entity_trigger(context_name="context")
        def f(context): ...
        """,
        "binding context has the type entityTrigger",
    ),
    (
        """
        @app.timer_trigger(arg_name="t", schedule="0 * * * * *")
        @app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:01")
        def f(t: func.TimerRequest) -> None: ...
        """,
        "its retry policy is not done",
    ),
]


@pytest.mark.parametrize(("source", "message"), REFUSED + NOT_DONE)
def test_what_cannot_run_is_refused_by_name(app_folder, source, message):
    """A silent difference would be found in Azure; a refusal is found now."""
    with pytest.raises(AppLoadError, match=message):
        index_source(app_folder, source)


def test_every_fault_is_told_at_once(app_folder):
    """Whoever repairs an app should not start it once for each fault."""
    twice = ACTIVITY.format(annotation=": list[str]")

    with pytest.raises(AppLoadError) as refusal:
        index_source(app_folder, twice + twice.replace("def act", "def other"))

    assert len(refusal.value.faults) == 2


@pytest.mark.parametrize(
    ("preamble", "message"),
    [
        ("", "no top level function app instance"),
        (PREAMBLE + "second = func.FunctionApp()\n", "more than one DFApp"),
        ("import nothing_of_that_name\n", "ModuleNotFoundError: No module named 'nothing_of"),
    ],
)
def test_a_module_without_exactly_one_app_is_refused(app_folder, preamble, message):
    """The worker takes the one app object of the module and knows no other."""
    with pytest.raises(AppLoadError, match=message):
        index_source(app_folder, "", preamble)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("import os; os.environ['NOT_SET']", "KeyError: 'NOT_SET' .*line 2"),
        ("raise SystemExit('no settings')", "SystemExit: no settings .*line 2"),
        ("def f(:", "SyntaxError: invalid syntax"),
    ],
)
def test_an_app_that_fails_while_it_is_imported_is_refused(app_folder, line, message):
    """One line that says what and where, as for every other reason not to start."""
    with pytest.raises(AppLoadError, match=message):
        index_source(app_folder, "", f"\n{line}\n")


def test_two_functions_of_one_name_are_refused(app_folder):
    """Names are public: webhooks and Durable's history contain them."""
    twice = ACTIVITY.format(annotation="") * 2

    with pytest.raises(AppLoadError, match="does not have a unique function name"):
        index_source(app_folder, twice)


def test_a_folder_without_an_app_is_refused(app_folder):
    """A wrong --app is the first mistake that people make."""
    with pytest.raises(AppLoadError, match=r"there is no function_app\.py"):
        index_app(app_folder)
