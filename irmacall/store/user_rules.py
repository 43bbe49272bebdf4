"""What may be kept of a user: a rule for each field, and a fault for each way to break one.

A fault is for who must mend it, wherever she typed: the command line says the sentence, a screen finds its own words.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Final

from irmacall.core.ids import Endpoint, GroupId
from irmacall.errors import Refused

LONGEST_NAME: Final = 80
LONGEST_FUNCTION: Final = 80
LONGEST_DEPARTMENT: Final = 80
_EXTENSION: Final = re.compile(r"[0-9]{2,6}")
_PUBLIC: Final = re.compile(r"112|113|144|14[0-9]{3,4}")
"""Numbers of everybody's that are as short: who dials one of these means no colleague."""


class UserFault(StrEnum):
    """What is wrong with what was asked about a user."""

    LOGIN_FORM = "login_form"
    LOGIN_TAKEN = "login_taken"
    NAME_FORM = "name_form"
    FUNCTION_FORM = "function_form"
    DEPARTMENT_FORM = "department_form"
    EXTENSION_FORM = "extension_form"
    EXTENSION_PUBLIC = "extension_public"
    EXTENSION_TAKEN = "extension_taken"
    PHONE_NEEDED = "phone_needed"
    GROUPS_OF_AN_OFFICIAL = "groups_of_an_official"
    NOBODY = "nobody"
    """There is no such user (any more)."""
    LAST_ADMIN = "last_admin"
    CHANGED = "changed"
    """Somebody else changed her since she was read."""


class UserRefused(Refused):
    """This may not be kept. `whose`: the login that has what was asked for already; else empty."""

    def __init__(self, fault: UserFault, told: str, whose: str = "") -> None:
        super().__init__(told)
        self.fault = fault
        self.whose = whose


def login_of(text: str) -> str:
    """The one form of a login. Raises `UserRefused` for what cannot be typed or told from another."""
    login = text.strip().casefold()
    if not 1 <= len(login) <= 64 or not login.isascii() or not login.isprintable() or " " in login:
        raise UserRefused(UserFault.LOGIN_FORM, "a login has 1 to 64 ASCII characters and no space")
    return login


def name_of(text: str) -> str:
    """As colleagues read it. Raises `UserRefused` for none, and for what no screen can show."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        told = f"a name has 1 to {LONGEST_NAME} characters, all of them printable"
        raise UserRefused(UserFault.NAME_FORM, told)
    return name


def function_of(text: str) -> str:
    """As citizens read it. Raises `UserRefused` for what no screen can show."""
    function = " ".join(text.split())
    if len(function) > LONGEST_FUNCTION or not function.isprintable():
        told = f"a function has at most {LONGEST_FUNCTION} characters, all of them printable"
        raise UserRefused(UserFault.FUNCTION_FORM, told)
    return function


def department_of(text: str) -> str:
    """As it is shown. Raises `UserRefused` for what no screen can show."""
    department = " ".join(text.split())
    if len(department) > LONGEST_DEPARTMENT or not department.isprintable():
        told = f"a department has at most {LONGEST_DEPARTMENT} characters, all of them printable"
        raise UserRefused(UserFault.DEPARTMENT_FORM, told)
    return department


def extension_of(digits: str | None) -> str | None:
    """As it is dialled. Raises `UserRefused` for what cannot be."""
    if digits is not None and not _EXTENSION.fullmatch(digits):
        raise UserRefused(UserFault.EXTENSION_FORM, "an extension has 2 to 6 digits, and nothing else")
    if digits is not None and _PUBLIC.fullmatch(digits):
        told = f"{digits} is a public number (112, 113, 144 and 14xxx are), and no extension: give another"
        raise UserRefused(UserFault.EXTENSION_PUBLIC, told)
    return digits


def refuse_an_officials(endpoint: Endpoint | None, groups: Collection[GroupId]) -> None:
    """Raises `UserRefused` for an official whom no caller could reach, or who would serve a queue."""
    if endpoint is None:
        told = "an official needs a phone: nobody could be passed to her"
        raise UserRefused(UserFault.PHONE_NEEDED, told)
    refuse_an_officials_groups(groups)


def refuse_an_officials_groups(groups: Collection[GroupId]) -> None:
    """Raises `UserRefused` for an official who would serve a queue."""
    if groups:
        told = "an official serves no queue, and belongs to no group"
        raise UserRefused(UserFault.GROUPS_OF_AN_OFFICIAL, told)


def nobody() -> UserRefused:
    """For an id that is no user's."""
    return UserRefused(UserFault.NOBODY, "there is no such user")
