"""What a scheme, an issuer and a credential say of themselves: the XML that irmago reads.

Source: the formats of https://docs.yivi.app/schemes. In a scheme with `<Demo>true</Demo>` the name of every
issuer and credential must begin with "Demo ".
"""

from __future__ import annotations

from xml.sax.saxutils import escape

# Attribute id, English name, Dutch name, may it be left out. Order and ids: pbdf.gemeente.personalData.
ATTRIBUTES = (
    ("initials", "Initials", "Voorletters", False),
    ("firstnames", "First names", "Voornamen", False),
    ("prefix", "Prefix", "Voorvoegsel", False),
    ("familyname", "Family name", "Geslachtsnaam", False),
    ("fullname", "Full name", "Volledige naam", True),
    ("gender", "Gender", "Geslacht", False),
    ("nationality", "Dutch nationality", "Nederlandse nationaliteit", True),
    ("surname", "Surname", "Achternaam", False),
    ("dateofbirth", "Date of birth", "Geboortedatum", False),
    ("cityofbirth", "City of birth", "Geboorteplaats", False),
    ("countryofbirth", "Country of birth", "Geboorteland", False),
    ("over12", "Over 12", "Ouder dan 12", False),
    ("over16", "Over 16", "Ouder dan 16", False),
    ("over18", "Over 18", "Ouder dan 18", False),
    ("over21", "Over 21", "Ouder dan 21", False),
    ("over65", "Over 65", "Ouder dan 65", False),
    ("bsn", "BSN", "BSN", False),
    ("digidlevel", "DigiD assurance level", "DigiD betrouwbaarheidsniveau", False),
)


def scheme_xml(scheme: str) -> str:
    """A scheme manager without an update address that answers: nothing of it is ever looked for in the world."""
    return _lines(
        '<SchemeManager version="7">',
        f"<Id>{escape(scheme)}</Id>",
        f"<Url>http://127.0.0.1:9/{escape(scheme)}</Url>",
        "<Demo>true</Demo>",
        _both("Name", f"Demo {scheme}", f"Demo {scheme}"),
        _both("Description", "Synthetic citizens only", "Alleen verzonnen burgers"),
        "<Contact>http://127.0.0.1:9/</Contact>",
        "<Languages><Language>en</Language><Language>nl</Language></Languages>",
        "</SchemeManager>",
    )


def issuer_xml(scheme: str, issuer: str) -> str:
    """The municipality that issues."""
    return _lines(
        '<Issuer version="4">',
        f"<ID>{escape(issuer)}</ID>",
        _both("Name", "Demo municipality", "Demo gemeente"),
        f"<SchemeManager>{escape(scheme)}</SchemeManager>",
        "<ContactEMail>demo@example.nl</ContactEMail>",
        "</Issuer>",
    )


def credential_xml(scheme: str, issuer: str, credential: str) -> str:
    """The personal data from the population register, synthetic."""
    return _lines(
        '<IssueSpecification version="4">',
        _both("Name", "Demo personal data", "Demo persoonsgegevens"),
        f"<SchemeManager>{escape(scheme)}</SchemeManager>",
        f"<IssuerID>{escape(issuer)}</IssuerID>",
        f"<CredentialID>{escape(credential)}</CredentialID>",
        _both("Description", "Personal data of a synthetic citizen", "Persoonsgegevens van een verzonnen burger"),
        "<ShouldBeSingleton>true</ShouldBeSingleton>",
        "<Attributes>",
        *(_attribute(*attribute) for attribute in ATTRIBUTES),
        "</Attributes>",
        "</IssueSpecification>",
    )


def _attribute(name: str, english: str, dutch: str, optional: bool) -> str:
    mark = ' optional="true"' if optional else ""
    return _lines(
        f'<Attribute id="{name}"{mark}>',
        _both("Name", english, dutch),
        _both("Description", english, dutch),
        "</Attribute>",
    )


def _both(tag: str, english: str, dutch: str) -> str:
    return f"<{tag}><en>{escape(english)}</en><nl>{escape(dutch)}</nl></{tag}>"


def _lines(*lines: str) -> str:
    return "\n".join(lines)
