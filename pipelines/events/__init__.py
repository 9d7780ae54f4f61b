"""The policy event: draft, final text, interpretation, reports and full text of one policy."""

from pipelines.events.keys import EventKeys, PageFacts, read_keys
from pipelines.events.names import PolicyName, read_name
from pipelines.events.official import OfficialTrace, trace_official
from pipelines.events.part import names_same_policy, policy_part
from pipelines.events.relate import Link, clash, relate
from pipelines.events.roles import ROLES, Role
from pipelines.events.rules import Rules

__all__ = [
    "ROLES",
    "EventKeys",
    "Link",
    "OfficialTrace",
    "PageFacts",
    "PolicyName",
    "Role",
    "Rules",
    "clash",
    "names_same_policy",
    "policy_part",
    "read_keys",
    "read_name",
    "relate",
    "trace_official",
]
