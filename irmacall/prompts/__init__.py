"""What callers hear, as sound files: the texts, what a person has recorded of them, and placeholders for the rest.

catalogue.py    the texts: those that come with irmacall, and the site's own
waves.py        a sound file's format and samples
folder.py       what lies in a language's folder: made by us, recorded by a person, or nothing; and how we know
making.py       `irmacall prompts make`: speak what is missing
speech.py       espeak-ng and sox
music.py        music on hold that nobody composed
recordings.py   what is wrong with a recording, and how to mend it
checking.py     `irmacall prompts check`: all of them, told
"""
