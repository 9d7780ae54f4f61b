"""All tables. Import models from here."""

from storage.columns import Base
from storage.models.archive import ErasedRecord, WarcFile
from storage.models.crawl import CrawlRun, Fetch, FrontierEntry
from storage.models.document import (
    LATEST_VERSION,
    Attachment,
    Cluster,
    ClusterVerdict,
    Document,
    DocumentVersion,
    IndexQueue,
    NearBand,
    SentenceHash,
    Tombstone,
)
from storage.models.event import (
    Event,
    EventKey,
    EventMember,
    EventReference,
    EventVerdict,
    OfficialSource,
)
from storage.models.file import StoredFile
from storage.models.health import HealthEvent, Lease, ReviewAction, SchemaMeta
from storage.models.issue import Issue, IssueItem, Outbox, Subscriber, Subscription
from storage.models.label import DocumentLabel, Label, Watch
from storage.models.source import HostState, Source
from storage.models.user import ApiToken, LoginThrottle, User, WebSession

__all__ = [
    "LATEST_VERSION",
    "ApiToken",
    "Attachment",
    "Base",
    "Cluster",
    "ClusterVerdict",
    "CrawlRun",
    "Document",
    "DocumentLabel",
    "DocumentVersion",
    "ErasedRecord",
    "Event",
    "EventKey",
    "EventMember",
    "EventReference",
    "EventVerdict",
    "Fetch",
    "FrontierEntry",
    "HealthEvent",
    "HostState",
    "IndexQueue",
    "Issue",
    "IssueItem",
    "Label",
    "Lease",
    "LoginThrottle",
    "NearBand",
    "OfficialSource",
    "Outbox",
    "ReviewAction",
    "SchemaMeta",
    "SentenceHash",
    "Source",
    "StoredFile",
    "Subscriber",
    "Subscription",
    "Tombstone",
    "User",
    "WarcFile",
    "Watch",
    "WebSession",
]
