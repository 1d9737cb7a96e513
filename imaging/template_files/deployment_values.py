"""The values of an ARM deployment: parameters with their defaults, variables, and what is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from imaging.recipe.plain_secrets import is_named_like_secret
from imaging.recipe.showing import show
from imaging.template_files.declarations import (
    Declarations,
    is_secret,
    member_of,
    shown_secret,
    typed,
)
from imaging.template_files.deployment_only import surrounding_path, why_not
from imaging.template_files.expressions import (
    Call,
    Expression,
    Literal,
    NotAnExpressionError,
    is_expression,
    parse_expression,
)
from imaging.template_files.functions import call_function, is_known
from imaging.template_files.json_values import Json, JsonObject, find, size_of
from imaging.template_files.lambdas import Lambdas
from imaging.template_files.loops import Loop, Loops, loops_of
from imaging.template_files.scopes import Scope
from imaging.template_files.unresolved import (
    NotExactError,
    TooMuchError,
    UnresolvedError,
    compute_all,
)

# Variables can double what they hold line by line. This is a second; what is written out with more
# than a fourth of it is longer than any recipe may be.
_MAX_WORK = 250_000


class DeploymentValues:
    """Computes expressions where that is possible exactly.

    Args:
        scope: the deployment that the expressions stand in.
        values: given by people, by lower-case names.
        work: how much may be computed, as `spend` counts it.
    """

    def __init__(self, scope: Scope, values: Mapping[str, str], work: int = _MAX_WORK) -> None:
        self._scope = scope
        self._values = values
        self._declared = Declarations(scope.deployment)
        self._outer = DeploymentValues(scope.outer, values, work) if scope.outer else self
        self._open: set[str] = set()
        self._loops = Loops()
        self._lambdas = Lambdas(self._evaluate)
        self._work_left = work
        self._named_like_secrets: set[str] = set()

    @property
    def named_like_secrets(self) -> set[str]:
        """Parameters that were read, have a value and are named like secrets; may be cleared."""
        return self._named_like_secrets if self._outer is self else self._outer.named_like_secrets

    @property
    def read(self) -> set[str]:
        """The file's own parameters and variables that were read, as paths in lower case."""
        return self._declared.read if self._outer is self else self._outer.read

    def compute(self, value: Json) -> Json:
        """Compute the expressions in a value of any shape.

        Args:
            value: from the deployment.

        Raises:
            UnresolvedError: naming what is missing.
        """
        self.spend(1)
        if isinstance(value, dict):
            loops = loops_of(value)
            computed = {
                str(self.compute_text(key)): self.compute(item)
                for key, item in value.items()
                if key.lower() != "copy" or not loops
            }
            return computed | {loop.name: [*self._turns(loop)] for loop in loops}
        if isinstance(value, list):
            return [self.compute(item) for item in value]
        return self.compute_text(value) if isinstance(value, str) else value

    def compute_text(self, text: str) -> Json:
        """Compute one text; a text that is no expression stays as it is.

        Raises:
            UnresolvedError: naming what is missing.
        """
        if text.startswith("[[") and text.rstrip().endswith("]") and self.is_deployment:
            return text[1:]
        if not is_expression(text):
            return text
        self.spend(len(text))
        try:
            return self._evaluate(parse_expression(text))
        except NotAnExpressionError:
            raise UnresolvedError(f"the expression {show(text)} cannot be read") from None

    def count(self, loop: Loop) -> int:
        """Say how many times a loop goes round.

        Raises:
            UnresolvedError: that is not known, or absurd.
        """
        count = self.compute(loop.count)
        if isinstance(count, str) and count.isascii() and count.isdigit():
            count = int(count[:9])
        if isinstance(count, bool) or not isinstance(count, int) or not loop.may_be(count):
            raise UnresolvedError(f"the count of the loop '{loop.name}' is no number from 0 to 800")
        self.spend(count)
        return count

    def spend(self, amount: int) -> None:
        """Count work, and stop at an absurd amount.

        Args:
            amount: about the number of values or characters that are gone through.

        Raises:
            TooMuchError: that was too much, and so is everything from now on.
        """
        self._work_left -= amount
        if self._work_left < 0:
            raise TooMuchError

    @contextmanager
    def turn(self, loop: Loop, index: int) -> Iterator[None]:
        """Make one turn of a loop the one that `copyIndex()` says.

        Args:
            loop: that goes round.
            index: of the turn, from 0.
        """
        with self._loops.turn(loop.name, index):
            yield

    def _turns(self, loop: Loop) -> Iterator[Json]:
        for index in range(self.count(loop)):
            with self.turn(loop, index):
                yield self.compute(loop.item)

    @property
    def is_deployment(self) -> bool:
        """Whether it is a deployment that the expressions stand in, and no bare template."""
        return find(self._scope.deployment, "resources") is not None

    def _evaluate(self, expression: Expression) -> Json:
        self.spend(1)
        if isinstance(expression, Literal):
            return expression.value
        path = surrounding_path(expression)
        if path is not None:
            return self._surrounding(path)
        if isinstance(expression, Call):
            computed = self._call(expression)
            self.spend(size_of(computed))
            return computed
        return member_of(self._evaluate(expression.whole), self._evaluate(expression.key))

    def _call(self, call: Call) -> Json:
        if call.function == "if" and len(call.arguments) == len(("condition", "yes", "no")):
            return self._chosen(call)
        if self._lambdas.knows(call):
            return self._of_lambda(call)
        if "." in call.function or not (is_known(call.function) or call.function in _OF_DEPLOYMENT):
            raise UnresolvedError(why_not(call))
        arguments = self._arguments(call)
        if call.function in {"parameters", "variables"} and arguments:
            read = self._parameter if call.function == "parameters" else self._variable
            return read(str(arguments[0]))
        if call.function in {"resourceid", "subscriptionresourceid"}:
            arguments = self._with_group(arguments, call.function)
        return self._called(call, arguments)

    def _arguments(self, call: Call) -> list[Json]:
        try:
            return compute_all(partial(self._evaluate, argument) for argument in call.arguments)
        except UnresolvedError as error:
            if call.function not in {"resourceid", "subscriptionresourceid"}:
                raise
            kind = [one.value if isinstance(one, Literal) else "" for one in call.arguments]
            known: list[Json] = [*kind]
            compute_all([partial(_raised, error), partial(self._with_group, known, call.function)])
            raise

    def _of_lambda(self, call: Call) -> Json:
        try:
            return self._lambdas.compute(call)
        except (LookupError, NotExactError, TypeError, ValueError):
            what = f"{call.name}() does not fit what stands between its brackets"
            raise UnresolvedError(what) from None

    def _chosen(self, call: Call) -> Json:
        condition, yes, no = call.arguments
        decided = self._evaluate(condition)
        if not isinstance(decided, bool):
            raise UnresolvedError(why_not(call))
        return self._evaluate(yes if decided else no)

    def _called(self, call: Call, arguments: list[Json]) -> Json:
        self.spend(sum(map(size_of, arguments)))
        try:
            if call.function == "copyindex":
                return self._loops.index(*arguments)
            return call_function(call.function, arguments)
        except (LookupError, TypeError):
            raise UnresolvedError(f"{call.name}() stands in no loop") from None
        except NotExactError:
            raise UnresolvedError(why_not(call)) from None

    def _parameter(self, name: str) -> Json:
        declared = self._declared.parameter(name)
        if not is_secret(declared):
            found = self._value_of(name, declared)
            if found and not isinstance(found, bool) and is_named_like_secret(name):
                self.named_like_secrets.add(name)
            return found
        try:
            value = self._value_of(name, declared)
        except UnresolvedError:
            raise shown_secret(name) from None
        if value:
            raise shown_secret(name)
        return value

    def _value_of(self, name: str, declared: JsonObject) -> Json:
        if name.lower() in self._values:
            return typed(self._values[name.lower()], declared, name)
        try:
            if name.lower() in self._scope.passed:
                return self._outer.compute(self._scope.passed[name.lower()])
            if declared.get("defaultvalue") is not None:
                return self._once(f"parameters('{name}')", declared["defaultvalue"])
        except UnresolvedError as error:
            names = error.names or (() if error.is_final else (name,))
            raise UnresolvedError(str(error), *names, way_out=error.way_out) from None
        if declared.get("nullable") is True or "defaultvalue" in declared:
            return None
        raise UnresolvedError(f"parameters('{name}') has no value", name)

    def _variable(self, name: str) -> Json:
        declared = self._declared.variable(name)
        computed = self._once(f"variables('{name}')", declared)
        made_by = loops_of(declared)
        if made_by and isinstance(computed, dict) and made_by[0].name.lower() == name.lower():
            return computed[made_by[0].name]
        return computed

    def _once(self, name: str, value: Json) -> Json:
        """Compute what a name stands for, unless it stands for itself."""
        if name.lower() in self._open:
            raise UnresolvedError(f"{name} refers to itself")
        self._open.add(name.lower())
        try:
            return self.compute(value)
        finally:
            self._open.discard(name.lower())

    def _surrounding(self, path: str) -> str:
        if path in self._scope.places:
            return str(self._outer.compute(self._scope.places[path]))
        if path.lower() in self._values:
            return self._values[path.lower()]
        if path == "subscription().id":
            return f"/subscriptions/{self._surrounding('subscription().subscriptionId')}"
        if path == "resourceGroup().id":
            group = self._surrounding("resourceGroup().name")
            return f"{self._surrounding('subscription().id')}/resourceGroups/{group}"
        raise UnresolvedError(f"{path} is known only to the deployment", path)

    def _with_group(self, arguments: list[Json], function: str) -> list[Json]:
        """Put the deployment's own subscription and group before the type, where left out."""
        before = next((i for i, part in enumerate(arguments) if "/" in str(part)), 0)
        wanted = 1 if function == "subscriptionresourceid" else len(("subscription", "group"))
        if before >= wanted:
            return arguments
        paths = ["subscription().subscriptionId"]
        if wanted > 1 and not before:
            paths.append("resourceGroup().name")
        return [*compute_all(partial(self._surrounding, path) for path in paths), *arguments]


_OF_DEPLOYMENT = {"copyindex", "parameters", "variables"}


def _raised(error: UnresolvedError) -> Json:
    raise error
