"""Which tools the centre works with: entered by administrators, each with a second look at what it learns of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.tools import policy, rules
from lms.tools.models import LtiTool
from lms.web.module import Around


@dataclass(frozen=True, slots=True)
class ToolFacts:
    """What is entered about a tool."""

    name: str
    login_address: str
    launch_addresses: str
    keys: str
    shares_name: bool = False


class ToolRegister:
    """Registering, changing, ending."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.allows_http = around.settings.demo

    @retried
    async def register(self, actor: Actor, *, tool_id: UUID, facts: ToolFacts) -> LtiTool:
        """Enter a tool; its number for us is made here. Sent twice it is one. Raises NotAnAddress, NotKeys, PrivateKeys."""
        ensure(policy.may_register(actor), actor)
        values = self._checked(facts)
        async with self.begin() as session:
            known = await session.get(LtiTool, tool_id)
            if known is not None:
                return known
            tool = LtiTool(
                id=tool_id,
                client_id=f"zdb-{token_hex(8)}",
                registered_at=self.clock(),
                registered_by=actor.account_id,
                **values,
            )
            session.add(tool)
            self._note(session, actor, "lti_tool.registered", tool)
        return tool

    @retried
    async def change(self, actor: Actor, *, tool_id: UUID, facts: ToolFacts, version: int) -> None:
        """Enter something else. Raises Stale, NotFound and what `register` raises."""
        ensure(policy.may_register(actor), actor)
        values = self._checked(facts)
        async with self.begin() as session:
            tool = await _tool(session, tool_id)
            if tool.version != version:
                raise Stale
            for name, value in values.items():
                setattr(tool, name, value)
            tool.version += 1
            self._note(session, actor, "lti_tool.changed", tool)

    @retried
    async def end(self, actor: Actor, *, tool_id: UUID, ended: bool) -> None:
        """Work with it no more, or again. Launches and results end with the next request."""
        ensure(policy.may_register(actor), actor)
        async with self.begin() as session:
            tool = await _tool(session, tool_id)
            tool.ended_at = self.clock() if ended else None
            tool.version += 1
            self._note(session, actor, "lti_tool.ended" if ended else "lti_tool.resumed", tool)

    def _checked(self, facts: ToolFacts) -> dict[str, Any]:
        return {
            "name": facts.name,
            "login_address": rules.addresses(facts.login_address, allows_http=self.allows_http)[0],
            "launch_addresses": rules.addresses(facts.launch_addresses, allows_http=self.allows_http),
            "keys": rules.key_set(facts.keys),
            "shares_name": facts.shares_name,
        }

    def _note(self, session: AsyncSession, actor: Actor, action: str, tool: LtiTool) -> None:
        record(
            session, actor, action, at=self.clock(), kind="lti_tool", object_id=tool.id,
            after={"name": tool.name, "launch_addresses": tool.launch_addresses, "shares_name": tool.shares_name},
        )  # fmt: skip


async def all_tools(session: AsyncSession) -> Sequence[LtiTool]:
    """Every tool, those that ended last."""
    found = await session.scalars(select(LtiTool).order_by(LtiTool.ended_at.is_not(None), LtiTool.name))
    return found.all()


async def _tool(session: AsyncSession, tool_id: UUID) -> LtiTool:
    tool = await session.get(LtiTool, tool_id, with_for_update=True)
    if tool is None:
        raise NotFound
    return tool
