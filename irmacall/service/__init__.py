"""Wiring: the one place that knows every room. `serve` runs one desk until it is told to stop.

serve.py        everything that is opened, in order, and closed in the other order
leadership.py   lease after lease: stand by, lead, stand by
term.py         one term: inbox → decide → withdraw → save → act
lanes.py        commands to the nodes, in order for each call
custody.py      the vault during a term: erasing, and noticing what is lost
targets.py      whom a screen or phone means, as a target that the desk can pass a caller on to
callbacks.py    the numbers that somebody is to be called on
reveal.py       the one door through which identity leaves
screens.py      who watches, and the nudges
staff.py        what an agent's screen asks (web.ports.StaffDesk)
transfers.py    … of a caller whom she passes on, with a note
call_on_screen.py  a call as one seat shows it
directory.py    whom a caller can be passed to: found by name, department, extension
citizen.py      what a citizen's page asks (web.ports.CitizenDesk)
browsers.py     what each browser began there, and how all of it is erased
attendance.py   whose screen is gone
in_force.py     what the site file says now, swapped whole when it is read anew
reload.py       reading it anew
caveats.py      what it leaves undone, when it is taken
outside.py      whether some line may call the numbers to which callers may be passed
emergency.py    everybody to a message or one queue, for a while
control.py      the control socket
operating.py    what an operator asks over it
accounts.py     who may log in (web.ports.Accounts)
identity.py     yivi's attributes → what is sealed → a card
audit.py        lines for the audit log, in order
plan.py         the site's settings → the core's plan, and the other rooms' own settings
"""

from irmacall.service.serve import serve

__all__ = ["serve"]
