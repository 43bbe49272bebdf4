"""What a thousand open screens cost, and how soon each is told.

One daemon with a thousand streams of logged-in staff, beats and all, while identified calls come and are answered:

* nudge: an operator reloads, which concerns every screen: from the daemon's own line of it to the event at each;
* card: Asterisk puts the owner's leg into the caller's bridge: until her card has been fetched;
* memory: what the daemon grew by for each stream.

The control is the smallest program that does the same (`bare`): as many streams on the same library, with the same
beats, told by the same Asterisk, and no desk behind it. Both have their streams open all the time and take turns, so
that whatever else the machine does concerns both.
"""
