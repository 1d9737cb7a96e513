"""What there is: templates and operations, in memory and in the store."""

from __future__ import annotations

from datetime import datetime

from pydantic import TypeAdapter

from localcloud.image_builder import exceptions
from localcloud.image_builder.models import Template, TemplateAddress
from localcloud.image_builder.operations import Ending, Operation, ended
from localcloud.image_builder.simulator_store import SimulatorStore

_STORED_TEMPLATE = TypeAdapter(Template)
_STORED_ENDING = TypeAdapter(Ending)


class Inventory:
    """The templates by their keys, and every operation that there ever was by its id.

    Operations that belong to a template (its creation and its runs) are stored with it.

    Args:
        store: keeps everything from one start to the next.
    """

    def __init__(self, store: SimulatorStore) -> None:
        self._store = store
        self.templates: dict[tuple[str, str, str], Template] = {}
        self._operations: dict[str, Operation] = {}
        for document in store.documents("ending").values():
            self.know(_STORED_ENDING.validate_json(document))
        for document in store.documents("template").values():
            template = _STORED_TEMPLATE.validate_json(document)
            self.templates[template.address.key] = template
            for operation in template.operations():
                self.know(operation)

    def find(self, address: TemplateAddress) -> Template:
        """Return a template.

        Raises:
            ArmError: there is none (404).
        """
        template = self.templates.get(address.key)
        if template is None:
            resource_type = f"{exceptions.PROVIDER}/imageTemplates"
            raise exceptions.resource_not_found(resource_type, address.name, address.group)
        return template

    def is_taken(self, staging_group: str) -> bool:
        """Tell whether a template, other than one that failed, has this staging group."""
        return any(
            template.exact_staging_group.lower() == staging_group.lower()
            for template in self.templates.values()
            if template.submission.error is None
        )

    def operation(self, operation_id: str) -> Operation:
        """Return an operation.

        Raises:
            ArmError: there is none (404).
        """
        operation = self._operations.get(operation_id.lower())
        if operation is None:
            raise exceptions.operation_not_found(operation_id)
        return operation

    def add(self, template: Template) -> None:
        """Take up a new template."""
        self.templates[template.address.key] = template
        self.know(template.submission)
        self.save(template)

    def save(self, template: Template) -> None:
        """Store a template as it is now, unless it has been removed."""
        if self.templates.get(template.address.key) is template:
            document = _STORED_TEMPLATE.dump_json(template).decode()
            self._store.put("template", template.address.resource_id.lower(), document)

    def remove(self, template: Template, now: datetime) -> None:
        """Forget a template; how its operations ended is still told."""
        for operation in template.operations():
            self.remember(ended(operation, now))
        del self.templates[template.address.key]
        self._store.delete("template", template.address.resource_id.lower())

    def know(self, operation: Operation) -> None:
        """Let an operation that its template holds be asked for."""
        self._operations[operation.operation_id.lower()] = operation

    def remember(self, operation: Ending) -> Ending:
        """Store an operation of no template, and let it be asked for."""
        document = _STORED_ENDING.dump_json(operation).decode()
        self._store.put("ending", operation.operation_id.lower(), document)
        self.know(operation)
        return operation
