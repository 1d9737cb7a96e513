"""The links of the management API: for the SDK's client and for operators, never for callers.

They carry the app-wide system key. Written after BindingHelper.cs:29 and HttpApiHandler.cs of
Azure/azure-functions-durable-extension.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote_plus

from localcloud.durable.history import dump

INSTANCE_PLACEHOLDER = "INSTANCEID"


@dataclass(frozen=True)
class Webhooks:
    """Where the management API is reached from outside.

    Args:
        public_url: its address, `http://host:port/runtime/webhooks/durabletask`.
        task_hub: the name of the task hub.
        system_key: the key that the host asks for, None if it asks for none.
        connection: the name of the storage connection.
    """

    public_url: str
    task_hub: str = "TestHubName"
    system_key: str | None = None
    connection: str = "Storage"

    @property
    def key_query(self) -> str:
        """Return `code=…`, or nothing if there is no key."""
        return f"code={self.system_key}" if self.system_key else ""

    def links(self, instance_id: str) -> dict[str, str]:
        """Return the management links of one instance, the rewind link included."""
        instance_url = f"{self.public_url.rstrip('/')}/instances/{quote_plus(instance_id)}"
        hub = f"taskHub={quote_plus(self.task_hub)}&connection={quote_plus(self.connection)}"
        query = f"{hub}&{self.key_query}" if self.system_key else hub
        return {
            "id": instance_id,
            "statusQueryGetUri": f"{instance_url}?{query}",
            "sendEventPostUri": f"{instance_url}/raiseEvent/{{eventName}}?{query}",
            "terminatePostUri": f"{instance_url}/terminate?reason={{text}}&{query}",
            "rewindPostUri": f"{instance_url}/rewind?reason={{text}}&{query}",
            "purgeHistoryDeleteUri": f"{instance_url}?{query}",
            "restartPostUri": f"{instance_url}/restart?{query}",
            "suspendPostUri": f"{instance_url}/suspend?reason={{text}}&{query}",
            "resumePostUri": f"{instance_url}/resume?reason={{text}}&{query}",
        }


def client_binding(webhooks: Webhooks, rpc_base_url: str) -> str:
    """Return what a durableClient binding hands to the worker.

    Args:
        webhooks: the public management API.
        rpc_base_url: the loopback listener that needs no key, `http://127.0.0.1:17071/durabletask/`.
    """
    public_url = webhooks.public_url.rstrip("/")
    create_url = f"{public_url}/orchestrators/{{functionName}}[/{{instanceId}}]"
    wait_query = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}"
    return dump(
        {
            "taskHubName": webhooks.task_hub,
            "connectionName": None,
            "creationUrls": {
                "createNewInstancePostUri": f"{create_url}?{webhooks.key_query}",
                "createAndWaitOnNewInstancePostUri": (
                    f"{create_url}?{wait_query}&{webhooks.key_query}"
                ),
            },
            "managementUrls": webhooks.links(INSTANCE_PLACEHOLDER),
            "baseUrl": public_url,
            "requiredQueryStringParameters": webhooks.key_query,
            "rpcBaseUrl": f"{rpc_base_url.rstrip('/')}/",
            "httpBaseUrl": None,
        }
    )
