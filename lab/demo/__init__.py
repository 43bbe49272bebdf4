"""`make demo`: a synthetic citizen calls a made-up municipality, on real parts, and one may do the same oneself.

__main__.py   from start to Ctrl-C
play.py       the play, step by step, with its pictures
facts.py      var/demo.json: all that a stranger's phone, wallet and browser need
commands.py   what one may type while the demo stays up
typed.py      the lines, codes and sessions that are typed
telling.py    what the terminal says
"""
