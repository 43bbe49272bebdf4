"""The administrator's part of the staff's app."""

from __future__ import annotations

from irmacall.web.admin.audit import AuditPages
from irmacall.web.admin.nodes import NodePages
from irmacall.web.admin.pages import AdminPages
from irmacall.web.admin.ports import AdminBooks
from irmacall.web.admin.sessions import SessionPages
from irmacall.web.admin.site import SitePages
from irmacall.web.admin.users import UserPages
from irmacall.web.config import InForce
from irmacall.web.routes import Route
from irmacall.web.shell import Shell
from irmacall.web.staff import Part


def admin_part(books: AdminBooks, config: InForce) -> Part:
    """All routes of who administers (`web.staff.staff_app`). `config` is asked for each page."""

    def routes(shell: Shell) -> list[Route]:
        pages = AdminPages(shell, config)
        return [
            *UserPages(books.users, pages).routes(),
            *SessionPages(books.sessions, pages).routes(),
            *SitePages(books.site, pages).routes(),
            *AuditPages(books.audit, pages).routes(),
            *NodePages(books.health, pages).routes(),
        ]

    return routes
