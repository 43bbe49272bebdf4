"""`make demo`: a synthetic citizen calls a made-up municipality, on real parts, and one may do the same oneself.

__main__.py   from start to Ctrl-C
municipality.py   what it does with callers: its menu and its queues
play.py       the play, step by step, with its pictures
second.py     its second act: a caller who has no app
third.py      its third act: a caller who is called back
fourth.py     its fourth act: a caller who is passed on to an official
facts.py      var/demo.json: all that a stranger's phone, wallet and browser need
commands.py   what one may type while the demo stays up
colleagues.py the phones of agents and officials, for that
hearing.py    what the lab's citizen hears, in words
typed.py      the lines, codes and sessions that are typed
telling.py    what the terminal says
"""
