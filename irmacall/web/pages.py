"""Drawing pages: jinja2 with everything escaped and nothing undefined."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web

from irmacall.web.config import InForce
from irmacall.web.i18n import _, translations

_ERRORS = {
    400: _("Dit verzoek klopt niet. Ga terug en probeer het nog eens."),
    403: _("Dit mag niet vanaf deze pagina. Ga terug en probeer het nog eens."),
    404: _("Deze pagina bestaat niet."),
    421: _("Deze pagina staat op een ander adres."),
    429: _("U probeert het te vaak achter elkaar. Wacht even en probeer het opnieuw."),
    503: _("Dit werkt nu even niet. Probeer het over een paar minuten opnieuw."),
}
_OTHERWISE = _("Er ging iets mis. Probeer het over een paar minuten opnieuw.")


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
        self._env.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
        self._env.filters["clock"] = self._clock
        self._env.globals.update(always)

    def draw(self, template: str, status: int = 200, **given: object) -> web.Response:
        """One page as an answer."""
        body = self._env.get_template(template).render(config=self._config(), **given)
        return web.Response(text=body, content_type="text/html", charset="utf-8", status=status)

    def draw_error(self, request: web.Request, status: int) -> web.Response:
        """The page for somebody who asked for a page that cannot be had."""
        return self.draw("error.html", status=status, message=_ERRORS.get(status, _OTHERWISE))

    def _clock(self, at: float) -> str:
        return datetime.fromtimestamp(at, ZoneInfo(self._config().timezone)).strftime("%H:%M")
