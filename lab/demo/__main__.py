"""`make demo` (after set-up): start the municipality, perform the play, stay up; with `--once`, end after it."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from typing import Any

from lab.browser import CHROMIUM, trusting
from lab.demo import facts
from lab.demo.commands import HELP, PIPE, Commands
from lab.demo.hearing import told
from lab.demo.municipality import EXCHANGE, HERS_AS_KEYED, ITS_EXTENSION
from lab.demo.play import Play
from lab.demo.telling import say, step
from lab.demo.typed import lines
from lab.lab import Lab
from lab.paths import CHECKOUT, VAR, VENV, sounds
from lab.town import Town

PICTURES = VAR / "demo"


async def main() -> None:
    """From the first process to the last. Raises what a step of the play raised."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    say("irmacall: identified calling. Everything here is real but the people.")
    async with Lab(VAR / "demo-lab") as lab, Town(lab, exchange=EXCHANGE) as town:
        with step("Asterisk, both redis servers, the yivi server and the daemon run"):
            written = facts.write(town)
        performing = asyncio.ensure_future(Play(town, PICTURES).perform())
        await _first(performing, ended)
        say(f"\nPictures: {PICTURES}")
        if "--once" not in sys.argv and not ended.is_set():
            say(f"All that one needs to join in: {written}")
            await _stay(town, ended)
    say("All of it has ended.")


async def _first(performing: asyncio.Future[None], ended: asyncio.Event) -> None:
    """Wait for the play, or the commands, or for Ctrl-C in the middle of them. Raises what they raised."""
    stopping = asyncio.ensure_future(ended.wait())
    either: list[asyncio.Future[Any]] = [performing, stopping]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if performing.done():
        performing.result()
    else:
        performing.cancel()
        with suppress(asyncio.CancelledError):
            await performing


async def _stay(town: Town, ended: asyncio.Event) -> None:
    """Do what is typed, until Ctrl-C or `quit`; the end of the input does not end the demo."""
    say(_invitation(town))
    async with told(town.lab.nodes[0], EXCHANGE, say):
        await _first(asyncio.ensure_future(Commands(town, ended).run(lines())), ended)
    await ended.wait()


def _invitation(town: Town) -> str:
    site = town.site.relative_to(CHECKOUT)
    agent, sip = town.agents[0], town.lab.nodes[0].values.sip
    spare = [f"{other.login} / {other.password} (phone {other.endpoint})" for other in town.agents[1:]]
    officials = [
        f"{other.login} / {other.password} ({other.department}, extension {other.extension}, phone {other.endpoint})"
        for other in town.officials
    ]
    leader, administrator = town.leader, town.administrator
    return f"""
It stays up until Ctrl-C.

  citizen's page   {town.public_url}
  agent's screen   {town.staff_url}   {agent.login} / {agent.password}
  more agents      {"; ".join(spare)}
  officials        {"; ".join(officials)}
  team leader      {town.staff_url}/wallboard   {leader.login} / {leader.password}
  administrator    {town.staff_url}/admin/users   {administrator.login} / {administrator.password}
  SIP phones       {sip.host}:{sip.port} (UDP), users and passwords in var/demo.json; the number is {town.lab.number}
                   (after the welcome # for the menu: 1 appointments, 2 anything else, 0 a person, 9 English)
                   Their own transfer keys (REFER) are off: pass callers on from the screen, or by star codes.
                   Beside colleagues' extensions, {ITS_EXTENSION} is the queue of 2, and {HERS_AS_KEYED} is outside,
                   where nobody picks up

Its operator types docs/operating.md's commands in {CHECKOUT}, with these words behind them:
  {VENV.name}/bin/irmacall status --site {site} --credentials {site.parent / "credentials"}
(`check` and `reload` too; after another text in it `prompts make --out {sounds()}`).

Your browser must trust {town.lab.ca.root}. Or take the lab's, which does with these words:
  {CHROMIUM} --user-data-dir=$(mktemp -d) '{trusting(town.lab.ca.spki_hash)}' {town.public_url}
(as root with --no-sandbox; in Playwright, which has no browser of its own here: executable_path and args).

Without a phone or a wallet of your own, type; or begin the demo with {PIPE}:
{HELP}
"""


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(130)
