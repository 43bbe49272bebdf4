"""The pages about who may log in, and about phones. Each works without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from aiohttp import web

from irmacall.core.ids import Endpoint, UserId
from irmacall.web import doors
from irmacall.web.admin import forms, words
from irmacall.web.admin.pages import AdminPages, see
from irmacall.web.admin.ports import NotAccepted, Problem, UsersBook, UserView, Wanted
from irmacall.web.i18n import _
from irmacall.web.routes import ADMINISTERING, Route

LIST: Final = "/admin/users"
SHOWN: Final = 500
"""So many are listed at once; of more, those who are sought."""


class UserPages:
    """The handlers, with what they need."""

    def __init__(self, book: UsersBook, pages: AdminPages) -> None:
        self._book = book
        self._pages = pages

    def routes(self) -> list[Route]:
        """All of them are for who administers, and for nobody else."""
        ways = (
            ("GET", LIST, self.people),
            ("POST", LIST, self.sought),
            ("GET", f"{LIST}/new", self.blank),
            ("POST", f"{LIST}/new", self.add),
            ("GET", f"{LIST}/phones", self.phones),
            ("POST", f"{LIST}/phones", self.set_phone_password),
            ("POST", f"{LIST}/phones/remove", self.remove_phone),
            ("GET", f"{LIST}/{{user}}", self.user),
            ("POST", f"{LIST}/{{user}}", self.edit),
            ("POST", f"{LIST}/{{user}}/password", self.set_password),
            ("POST", f"{LIST}/{{user}}/disable", self.disable),
            ("POST", f"{LIST}/{{user}}/enable", self.enable),
        )
        return [Route(method, path, ADMINISTERING, handle) for method, path, handle in ways]

    # -- the list --------------------------------------------------------------------------------------------

    async def people(self, request: web.Request) -> web.StreamResponse:
        """Everybody."""
        return await self._list(request, "")

    async def sought(self, request: web.Request) -> web.StreamResponse:
        """Those whom the typed text finds. It is no part of an address: a name does not belong in one."""
        return await self._list(request, forms.typed(await self._pages.shell.form(request), "text", 100))

    async def _list(self, request: web.Request, text: str) -> web.Response:
        everybody = await self._book.people()
        found = [user for user in everybody if _is_found(user, text)]
        choices = await self._book.choices()
        return await self._pages.draw(
            request, "users", users=found[:SHOWN], number=len(found), of=len(everybody), text=text, choices=choices
        )

    # -- one user --------------------------------------------------------------------------------------------

    async def blank(self, request: web.Request) -> web.StreamResponse:
        """The form for a new one."""
        return await self._form(request, None, Wanted())

    async def add(self, request: web.Request) -> web.StreamResponse:
        """Let somebody in."""
        fields = await forms.user_fields(self._pages.shell, request)
        given = forms.wanted(fields)
        try:
            password = forms.password(fields)
            added = await self._book.add(await self._pages.by(request), given, password)
        except NotAccepted as refused:
            return await self._form(request, None, given, refused.problem)
        return see(f"{LIST}/{added.id}", "added")

    async def user(self, request: web.Request) -> web.StreamResponse:
        """Somebody, as she is now."""
        found = await self._known(forms.user_in(request))
        return await self._form(request, found, _as_typed(found))

    async def edit(self, request: web.Request) -> web.StreamResponse:
        """Make of her what was typed, unless somebody else was first: then both are shown, and nothing is lost."""
        user = forms.user_in(request)
        fields = await forms.user_fields(self._pages.shell, request)
        given = forms.wanted(fields)
        try:
            revision = doors.identifier(fields.get("revision"), "field revision")
            await self._book.edit(await self._pages.by(request), user, revision, given)
        except NotAccepted as refused:
            return await self._form(request, await self._known(user), given, refused.problem)
        return see(f"{LIST}/{user}", "saved")

    async def set_password(self, request: web.Request) -> web.StreamResponse:
        """Give her another password."""
        user, fields = forms.user_in(request), await self._pages.shell.form(request)
        try:
            await self._book.set_password(await self._pages.by(request), user, forms.password(fields))
        except NotAccepted as refused:
            known = await self._known(user)
            return await self._form(request, known, _as_typed(known), refused.problem)
        return see(f"{LIST}/{user}", "password")

    async def disable(self, request: web.Request) -> web.StreamResponse:
        """Let her in no more."""
        return await self._switch(request, disabled=True)

    async def enable(self, request: web.Request) -> web.StreamResponse:
        """Let her in again."""
        return await self._switch(request, disabled=False)

    async def _switch(self, request: web.Request, *, disabled: bool) -> web.Response:
        user = forms.user_in(request)
        await self._pages.shell.form(request)
        try:
            await self._book.set_disabled(await self._pages.by(request), user, disabled=disabled)
        except NotAccepted as refused:
            known = await self._known(user)
            return await self._form(request, known, _as_typed(known), refused.problem)
        return see(f"{LIST}/{user}", "disabled" if disabled else "enabled")

    async def _known(self, user: UserId) -> UserView:
        found = await self._book.user(user)
        if found is None:
            raise web.HTTPNotFound
        return found

    async def _form(
        self, request: web.Request, user: UserView | None, given: Wanted, problem: Problem | None = None
    ) -> web.Response:
        changed = problem is not None and problem.kind == "changed"
        status = 200 if problem is None else 409 if changed else 422
        return await self._pages.draw(
            request,
            "user",
            status,
            known=user,
            given=given,
            problem=problem,
            others=_others(user, given) if changed and user is not None else {},
            choices=await self._book.choices(),
            oneself=user is not None and user.id == await self._pages.by(request),
        )

    # -- phones ----------------------------------------------------------------------------------------------

    async def phones(self, request: web.Request) -> web.StreamResponse:
        """The phones that have a password."""
        return await self._phones(request)

    async def set_phone_password(self, request: web.Request) -> web.StreamResponse:
        """Make one, for a phone that there is or for a new one; this answer alone tells it."""
        endpoint = forms.typed(await self._pages.shell.form(request), "phone", 80).strip()
        try:
            password = await self._book.set_phone_password(await self._pages.by(request), endpoint)
        except NotAccepted as refused:
            return await self._phones(request, 422, problem=refused.problem, typed=endpoint)
        return await self._phones(request, made=endpoint, password=password)

    async def remove_phone(self, request: web.Request) -> web.StreamResponse:
        """Forget one that is nobody's."""
        endpoint = Endpoint(forms.typed(await self._pages.shell.form(request), "phone", 80))
        try:
            await self._book.remove_phone(await self._pages.by(request), endpoint)
        except NotAccepted as refused:
            return await self._phones(request, 422, problem=refused.problem)
        return see(f"{LIST}/phones", "phone-removed")

    async def _phones(
        self,
        request: web.Request,
        status: int = 200,
        *,
        problem: Problem | None = None,
        typed: str = "",
        made: str = "",
        password: str = "",
    ) -> web.Response:
        phones = (await self._book.choices()).phones
        return await self._pages.draw(
            request, "phones", status, phones=phones, problem=problem, typed=typed, made=made, password=password
        )


def _is_found(user: UserView, text: str) -> bool:
    """Whether each word of the text stands somewhere in what is said of her."""
    said = " ".join((user.login, user.name, user.function, user.department, user.extension, user.phone))
    return all(word in said.casefold() for word in text.casefold().split())


def _as_typed(user: UserView) -> Wanted:
    return Wanted(
        user.login, user.name, user.role, user.function, user.department, user.extension, user.phone, user.groups
    )


def _others(user: UserView, given: Wanted) -> Mapping[str, str]:
    """What stands there now, for each field that somebody else has made something else of than was typed here."""
    now = replace(_as_typed(user), login=given.login)
    pairs = {name: (_said(getattr(now, name)), _said(getattr(given, name))) for name in words.FIELDS}
    told = {name: ours for name, (ours, theirs) in pairs.items() if ours != theirs}
    if "role" in told:
        told["role"] = words.role(told["role"])
    return {name: value or _("niets") for name, value in told.items()}


def _said(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else ", ".join(sorted(value))
