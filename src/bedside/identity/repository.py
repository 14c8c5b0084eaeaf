"""Reading and writing identity's tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.identity.schemas import AccountFilters
from bedside.identity.tables import Account, Credentials, OneTimeLink, SignIn, Throttle
from bedside.platform.access.actor import STAFF
from bedside.platform.database.engine import Database

# Asked in every request, so made once.
_STANDING = func.sign_in_standing(
    bindparam("session_id", type_=Uuid()), bindparam("account_id", type_=Uuid())
).table_valued("role", "disabled", "revoked", "expires_at", "name")
_ASK_STANDING = select(*_STANDING.c)


@dataclass(frozen=True)
class Standing:
    """What an access token's sign-in and account are now."""

    role: str
    disabled: bool
    revoked: bool
    expires_at: datetime
    name: str


async def account(session: AsyncSession, account_id: UUID) -> Account | None:
    """Return the account, or None when there is none that the actor may see."""
    return await session.get(Account, account_id)


async def account_by_login(session: AsyncSession, login: str) -> tuple[Account, Credentials] | None:
    """Return an account and its credentials by its normalised login."""
    query = select(Account, Credentials).join(Credentials, Credentials.account_id == Account.id)
    row = (await session.execute(query.where(Account.login == login))).first()
    return (row[0], row[1]) if row else None


async def account_id_of(session: AsyncSession, login: str) -> UUID | None:
    """Return the id of the account with this normalised login."""
    return (await session.execute(select(Account.id).where(Account.login == login))).scalar_one_or_none()


async def login_exists(session: AsyncSession, login: str) -> bool:
    """Return whether an account has this normalised login."""
    return await account_id_of(session, login) is not None


async def accounts_after(
    session: AsyncSession, after: UUID | None, filters: AccountFilters, limit: int
) -> Sequence[Account]:
    """Return accounts by the time they were made, oldest first."""
    query = select(Account).order_by(Account.id).limit(limit)
    if after is not None:
        query = query.where(Account.id > after)
    if filters.role is not None:
        query = query.where(Account.role == filters.role)
    if filters.disabled is not None:
        query = query.where(Account.disabled_at.is_not(None) if filters.disabled else Account.disabled_at.is_(None))
    if filters.search:
        found = (column.icontains(filters.search, autoescape=True) for column in (Account.login, Account.display_name))
        query = query.where(or_(*found))
    return (await session.execute(query)).scalars().all()


async def staff_names(session: AsyncSession, accounts: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of those accounts that are staff's and that the actor may see."""
    query = select(Account.id, Account.display_name).where(Account.id.in_(accounts), Account.role.in_(sorted(STAFF)))
    return {row.id: row.display_name for row in await session.execute(query)}


async def sign_in_figures(
    session: AsyncSession, accounts: Sequence[UUID], now: datetime
) -> dict[UUID, tuple[int, datetime]]:
    """Return, for each account that has signed in, how many sign-ins are in force and when the last one began."""
    query = (
        select(SignIn.account_id, func.count().filter(*_active(now)), func.max(SignIn.created_at))
        .where(SignIn.account_id.in_(accounts))
        .group_by(SignIn.account_id)
    )
    return {row[0]: (row[1], row[2]) for row in await session.execute(query)}


async def locked_admins(session: AsyncSession) -> set[UUID]:
    """Return the administrators who can sign in, locked so that two can't remove each other at once."""
    query = select(Account.id).where(Account.role == "admin", Account.disabled_at.is_(None))
    return set((await session.execute(query.order_by(Account.id).with_for_update())).scalars())


async def credentials(session: AsyncSession, account_id: UUID, *, lock: bool = False) -> Credentials | None:
    """Return an account's credentials; ``lock`` makes others who want to change them wait."""
    query = select(Credentials).where(Credentials.account_id == account_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


async def standing(database: Database, session_id: UUID, account_id: UUID) -> Standing | None:
    """Return what holds of a sign-in and its account at this moment. Raises Unavailable."""
    row = await database.one_row(_ASK_STANDING, {"session_id": session_id, "account_id": account_id})
    return Standing(row.role, row.disabled, row.revoked, row.expires_at, row.name) if row else None


async def rotate(
    session: AsyncSession, session_id: UUID, *, old: bytes, new: bytes, generation: int, now: datetime
) -> tuple[UUID, str, datetime] | None:
    """Exchange a sign-in's refresh hash if ``old`` is the current one: of two at once, one wins.

    Return the account's id, its role and the sign-in's end, or None when nothing was exchanged.
    """
    statement = (
        update(SignIn)
        .where(
            SignIn.id == session_id,
            SignIn.refresh_hash == old,
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > now,
            SignIn.account_id == Account.id,
            Account.disabled_at.is_(None),
        )
        .values(refresh_hash=new, generation=generation, last_used_at=now)
        .returning(Account.id, Account.role, SignIn.expires_at)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).first()
    return (row[0], row[1], row[2]) if row else None


async def sign_in_row(session: AsyncSession, session_id: UUID) -> SignIn | None:
    """Return a sign-in, locked."""
    return await session.get(SignIn, session_id, with_for_update=True)


async def active_sign_ins(session: AsyncSession, account_id: UUID, now: datetime) -> Sequence[SignIn]:
    """Return an account's sign-ins that are in force, newest first."""
    query = select(SignIn).where(SignIn.account_id == account_id, *_active(now)).order_by(SignIn.id.desc())
    return (await session.execute(query)).scalars().all()


async def count_active(session: AsyncSession, now: datetime, *conditions: ColumnElement[bool]) -> int:
    """Return how many sign-ins are in force that meet ``conditions``."""
    query = select(func.count()).select_from(SignIn).where(*_active(now), *conditions)
    return (await session.execute(query)).scalar_one()


async def revoke(
    session: AsyncSession,
    *conditions: ColumnElement[bool],
    reason: str,
    now: datetime,
) -> list[tuple[UUID, UUID]]:
    """End the sign-ins in force that meet ``conditions``; return their ids with their accounts'."""
    statement = (
        update(SignIn)
        .where(*_active(now), *conditions)
        .values(revoked_at=now, revoked_reason=reason)
        .returning(SignIn.id, SignIn.account_id)
        .execution_options(synchronize_session=False)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


def _active(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return SignIn.revoked_at.is_(None), SignIn.expires_at > now


async def void_links(session: AsyncSession, account_id: UUID, now: datetime) -> None:
    """Make an account's earlier links useless."""
    statement = update(OneTimeLink).where(OneTimeLink.account_id == account_id, OneTimeLink.used_at.is_(None))
    await session.execute(statement.values(used_at=now).execution_options(synchronize_session=False))


async def links_since(session: AsyncSession, account_id: UUID, since: datetime) -> int:
    """Return how many links were made for an account since then."""
    query = select(func.count()).select_from(OneTimeLink)
    query = query.where(OneTimeLink.account_id == account_id, OneTimeLink.created_at > since)
    return (await session.execute(query)).scalar_one()


async def link_account(session: AsyncSession, token_hash: bytes, now: datetime) -> Account | None:
    """Return whose link this is, when it can still be used."""
    query = select(Account).join(OneTimeLink, OneTimeLink.account_id == Account.id).where(*_usable(token_hash, now))
    return (await session.execute(query.where(Account.disabled_at.is_(None)))).scalar_one_or_none()


async def use_link(session: AsyncSession, token_hash: bytes, now: datetime) -> UUID | None:
    """Use a link up; return its account's id, or None: of two at once, one wins."""
    statement = update(OneTimeLink).where(*_usable(token_hash, now)).values(used_at=now)
    statement = statement.execution_options(synchronize_session=False)
    return (await session.execute(statement.returning(OneTimeLink.account_id))).scalar_one_or_none()


def _usable(token_hash: bytes, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return OneTimeLink.token_hash == token_hash, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now


async def throttles(session: AsyncSession, subjects: Sequence[tuple[str, bytes]], *, lock: bool) -> Sequence[Throttle]:
    """Return what has been counted against ``subjects``, always locked in one order."""
    wanted = [(Throttle.kind == kind) & (Throttle.subject == subject) for kind, subject in subjects]
    query = select(Throttle).where(or_(*wanted)).order_by(Throttle.kind, Throttle.subject)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalars().all()


async def locks(session: AsyncSession, kind: str, subjects: Sequence[bytes], now: datetime) -> dict[bytes, datetime]:
    """Return until when each of ``subjects`` is locked, of those that are."""
    query = select(Throttle.subject, Throttle.locked_until).where(
        Throttle.kind == kind, Throttle.subject.in_(subjects), Throttle.locked_until > now
    )
    return {subject: until for subject, until in await session.execute(query) if until is not None}


async def ensure_throttles(session: AsyncSession, subjects: Sequence[tuple[str, bytes]], until: datetime) -> None:
    """Make rows for those that nothing has been counted against yet."""
    rows: list[dict[str, Any]] = [
        {"kind": kind, "subject": subject, "failures": 0, "counted_until": until} for kind, subject in sorted(subjects)
    ]
    await session.execute(insert(Throttle).values(rows).on_conflict_do_nothing())


async def clear_throttle(session: AsyncSession, kind: str, subject: bytes) -> None:
    """Start the count against ``subject`` anew and lift its lock. The row stays: others may be waiting for it."""
    statement = update(Throttle).where(Throttle.kind == kind, Throttle.subject == subject)
    await session.execute(statement.values(failures=0, locked_until=None).execution_options(synchronize_session=False))


def ended_sign_ins(before: datetime) -> ColumnElement[bool]:
    """Return the condition for sign-ins that ended before a moment."""
    return SignIn.expires_at < before


def ended_links(before: datetime) -> ColumnElement[bool]:
    """Return the condition for one-time links that ended before a moment."""
    return OneTimeLink.expires_at < before


def ended_throttles(before: datetime) -> ColumnElement[bool]:
    """Return the condition for counts of failures that hold nobody any more, and did not at a moment."""
    return and_(Throttle.counted_until < before, or_(Throttle.locked_until.is_(None), Throttle.locked_until < before))


async def sample_accounts(session: AsyncSession) -> Sequence[str]:
    """Return the logins of sample accounts that can sign in."""
    query = select(Account.login).where(Account.is_sample, Account.disabled_at.is_(None)).order_by(Account.login)
    return (await session.execute(query)).scalars().all()
