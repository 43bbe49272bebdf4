"""Drawing pages: jinja2 with everything escaped and nothing undefined."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web

from irmacall.web import i18n, looks
from irmacall.web.clocks import clock
from irmacall.web.config import InForce
from irmacall.web.i18n import N_, _

_ERRORS = {
    400: N_("Dit verzoek klopt niet. Ga terug en probeer het nog eens."),
    401: N_("U bent niet meer aangemeld. Meld u opnieuw aan."),
    403: N_("Dit mag niet vanaf deze pagina. Ga terug en probeer het nog eens."),
    404: N_("Deze pagina bestaat niet."),
    421: N_("Deze pagina staat op een ander adres."),
    429: N_("U probeert het te vaak achter elkaar. Wacht even en probeer het opnieuw."),
    503: N_("Dit werkt nu even niet. Probeer het over een paar minuten opnieuw."),
}
_OTHERWISE = N_("Er ging iets mis. Probeer het over een paar minuten opnieuw.")


class Pages:
    """The templates of one app; `always` is given to each of them, and the settings that hold when it is drawn."""

    def __init__(self, config: InForce, **always: object) -> None:
        self._config = config
        self._env = jinja2.Environment(
            loader=jinja2.FileSystemLoader(config().templates),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.install_gettext_callables(_, _no_plural, newstyle=True)  # type: ignore[attr-defined]
        self._env.filters["clock"] = self._clock
        self._env.globals.update(always)

    def draw(self, template: str, status: int = 200, **given: object) -> web.Response:
        """One page as an answer."""
        look = {
            "language": i18n.spoken(),
            "theme": looks.worn().theme,
            "back": looks.here() if status == 200 else "/",
        }
        body = self._env.get_template(template).render(config=self._config(), **look, **given)
        return web.Response(text=body, content_type="text/html", charset="utf-8", status=status)

    def draw_error(self, request: web.Request, status: int) -> web.Response:
        """The page for somebody who asked for a page that cannot be had."""
        return self.draw("error.html", status=status, message=_(_ERRORS.get(status, _OTHERWISE)))

    def _clock(self, at: float) -> str:
        return clock(at, ZoneInfo(self._config().timezone))


def _no_plural(one: str, many: str, number: int) -> str:
    """Our sentences avoid numbers that bend words; where they cannot, Python chooses between two of them."""
    raise NotImplementedError
