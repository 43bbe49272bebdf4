"""Slips in a desk's exchange, by what an operator would call them.

Each: what stands in the good desk, what stands there instead, the key that the line must name, and what it must say.
"""

from __future__ import annotations

_MENU = '[[desk.menu]]\nid = "hoofd"\n'
_GROUP = '[[desk.group]]\nid = "kcc"\n'
SCHEDULE = '[[desk.schedule]]\nid = "kantoor"\n'
_QUEUE = '[[desk.queue]]\nid = "algemeen"\n'
_STEPS = (
    "steps = [{ after = 0, skills = { paspoort = 2 } }, { after = 60, skills = { paspoort = 1 }, language = false }]"
)
_ELEVEN = "steps = [" + ", ".join(f"{{ after = {each} }}" for each in range(11)) + "]"
_CHOICES = 'choices = [{ key = "0", queue = "belastingen" }]'
_MONDAY = 'monday = ["09:00-12:00", "12:00-17:00"]'
_WEEK = _MONDAY + '\ntuesday = ["9:00-12:00", "13:00-17:00"]\n'
_FIRST = '{ date = 2026-12-24, open = ["09:00-12:00"] }'
_OTHER = '{ date = "2026-12-28", until = "2026-12-31" }'
AVOND = '[[desk.schedule]]\nid = "avond"\nfriday = ["18:00-24:00"]\n'

#: Values that cannot be.
VALUES = {
    "a key that is misspelt": ("head_start", "headstart", "queue[2].headstart", "did you mean head_start?"),
    "a key from nowhere": ("wrap_up = 45", "quux = 45", "queue[2].quux", "is no key; known here: id, title"),
    "a key of the desk under a table of it": (
        "code_tries = 4\n\n[desk.times]",
        "[desk.times]\ncode_tries = 4",
        "times.code_tries",
        "is no key; it is one of [[desk]]: write it above the first table under that",
    ),
    "a key of the desk under a queue": (
        'title = "Burgerzaken"',
        'title = "Burgerzaken"\nnumber_shown = "14 024"',
        "queue[2].number_shown",
        "it is one of [[desk]]: write it above",
    ),
    "a key of a queue in its announcements": (
        "announce = { first = 10,",
        'announce = { music = "default", first = 10,',
        "queue[2].announce.music",
        "it is one of [[desk.queue]]: write it above",
    ),
    "a strategy that is none": ('"ring-all"', '"random"', "queue[1].strategy", '"longest-idle" or "round-robin"'),
    "a head start of two hours": ("head_start = 30", "head_start = 7200", "queue[2].head_start", "from 0 to 3600"),
    "a phone that never rings": ("ring = 15", "ring = 0", "queue[1].ring", "seconds from 1 to 300"),
    "a wrap-up in words": ("wrap_up = 45", 'wrap_up = "45 s"', "queue[2].wrap_up", "a number of seconds"),
    "a queue with no room": ("most = 50", "most = 0", "queue[1].most", "a whole number from 1"),
    "music by its path": ('music = "default"', 'music = "/tmp/x"', "queue[1].music", "a class of music on hold"),
    "a service level in per cent": ("share = 0.9", "share = 90", "queue[3].service_level.share", "0.8 is 80 %"),
    "a service level of no time": ("seconds = 30", "seconds = 0", "queue[3].service_level.seconds", "from 1 to 3600"),
    "announcements without a pause": ("every = 30", "every = 1", "queue[2].announce.every", "from 5 to 3600"),
    "an announcement of another kind": ("position =", "positon =", "queue[2].announce.positon", "mean position?"),
    "a step without its time": ("after = 0, ", "", "queue[2].steps[1].after", "is missing: should be a number"),
    "a skill at level ten": ("paspoort = 2", "paspoort = 10", "queue[2].steps[1].skills", "levels, 1 to 9"),
    "a list of skills": ("{ paspoort = 2 }", '["paspoort"]', "queue[2].steps[1].skills", "{ paspoort = 2,"),
    "steps without end": (_STEPS, _ELEVEN, "queue[2].steps", "has 11 tables: should be at most 10"),
    "a way in a text": ('{ queue = "algemeen" }', '"algemeen"', "queue[2].impatient", 'one of { queue = "…" }'),
    "two ways in one": (
        'impatient = { queue = "algemeen" }',
        'impatient = { queue = "algemeen", message = "gesloten" }',
        "queue[2].impatient",
        'one of { queue = "…" }, { message = "…" }, { callback = true }',
    ),
    "an overflow into a menu": (
        '{ message = "queue-full" }',
        '{ menu = "hoofd" }',
        "queue[1].full",
        "one of { queue",
    ),
    "a callback that is none": (
        "{ callback = true }",
        "{ callback = false }",
        "queue[3].full",
        "{ callback = true }",
    ),
    "a start in a callback": ('start = { menu = "hoofd" }', "start = { callback = true }", "start", "one of { queue"),
    "a time with a dot": ('"9:00-12:00"', '"9.00-12.00"', "schedule[1].tuesday", '"09:00-17:00"'),
    "an hour that no clock has": ('"18:00-24:00"', '"18:00-25:00"', "schedule[2].friday", "24:00 is the day's end"),
    "hours that end before they begin": ('"18:00-24:00"', '"18:00-02:00"', "schedule[2].friday", "a later one"),
    "hours that overlap": ('"13:00-17:00"', '"11:00-17:00"', "schedule[1].tuesday", "do not overlap"),
    "hours in another order": (
        '"9:00-12:00", "13:00-17:00"',
        '"13:00-17:00", "9:00-12:00"',
        "schedule[1].tuesday",
        "in the order of the day",
    ),
    "hours without a list": ('["18:00-24:00"]', '"18:00-24:00"', "schedule[2].friday", "a list of at most 12 texts"),
    "a day that is none": ("friday =", "vrijdag =", "schedule[2].vrijdag", "is no key; did you mean friday?"),
    "a date with its day first": ('"2026-12-28"', '"28-12-2026"', "schedule[1].exceptions[2].date", "year first"),
    "a date that no year has": ('"2026-12-28"', '"2026-02-30"', "schedule[1].exceptions[2].date", "of the calendar"),
    "a moment for a date": ("2026-12-24,", "2026-12-24T09:00:00,", "schedule[1].exceptions[1].date", "a day of the"),
    "holidays of another country": ('holidays = ""', 'holidays = "DE"', "schedule[2].holidays", '"NL" or ""'),
    "a language that we do not speak": ('id = "en"', 'id = "de"', "language[2].id", '"nl" or "en"'),
    "a sound of two lines": ('"Keep calm."', '"Keep\\ncalm."', "sound[3].en", "a text on one line"),
    "a menu that says nothing": (_MENU + 'sound = "keuze"\n', _MENU, "menu[1].sound", "is missing: should be"),
    "a menu without choices": (
        _CHOICES,
        "choices = []",
        "menu[2].choices",
        "at least one table [[desk.menu.choices]]",
    ),
    "a menu that gives up at once": (
        "tries = 2\nchoices",
        "tries = 0\nchoices",
        "menu[1].tries",
        "a whole number from 1 to 10",
    ),
    "a star for a key": ('key = "1"', 'key = "*"', "menu[1].choices[1].key", 'one digit in quotes, "0" to "9"'),
    "a key without quotes": ('key = "1"', "key = 1", "menu[1].choices[1].key", 'one digit in quotes, "0" to "9"'),
    "a group that serves nothing": ('["belastingen"]', "[]", "group[2].queues", "a list of 1 to 100"),
    "a group that serves it twice": (
        '["belastingen"]',
        '["belastingen", "belastingen"]',
        "group[2].queues",
        "nothing stands twice",
    ),
    "no try at a code": ("code_tries = 4", "code_tries = 0", "code_tries", "a whole number from 1 to 10"),
    "a choice that takes a minute": ("choice = 1.5", "choice = 60", "times.choice", "seconds from 0.2 to 10"),
    "a callback that is never tried": ("tries = 2", "tries = 0", "callback.tries", "a whole number from 1 to 10"),
    "a transfer that rings for ever": ("ring = 25", "ring = 300", "transfer.ring", "seconds from 5 to 120"),
    "a hang-up that may complete": (
        "ring = 25",
        'hangup_completes = "yes"',
        "transfer.hangup_completes",
        "true or false, without quotes",
    ),
    "star codes in a word": ("ring = 25", 'star_codes = "*2"', "transfer.star_codes", "true or false"),
    "a number outside without its country": ('"+31241"', '"0241"', "transfer.outside", "the beginning of numbers in"),
    "everybody outside": ('"+31241"', '"+"', "transfer.outside", "the beginning of numbers in E.164"),
    "a number outside twice": ('"+31241"', '"+316"', "transfer.outside", "nothing stands twice"),
    "an extension in words": ('"2100"', '"balie"', "queue[1].extension", "a number of 2 to 6 digits"),
    "an extension of one digit": ('"2100"', '"2"', "queue[1].extension", "a number of 2 to 6 digits"),
    "an extension without quotes": ('"2100"', "2100", "queue[1].extension", "a number of 2 to 6 digits"),
    "a callback of two days": ("span = 3600", "span = 172800", "callback.span", "seconds from 60 to 86400"),
}
#: Names of what is not there.
NAMES = {
    "a start in no menu": (
        'start = { menu = "hoofd" }',
        'start = { menu = "hofd" }',
        "start.menu",
        "hoofd, tarieven",
    ),
    "hours that there are not": ('hours = "kantoor"', 'hours = "nacht"', "hours", "schedules: avond, kantoor"),
    "a queue's hours that there are not": ('hours = "avond"', 'hours = "nacht"', "queue[3].hours", "avond, kantoor"),
    "hours by another case": ('hours = "avond"', 'hours = "Avond"', "queue[3].hours", "schedules: avond, kantoor"),
    "a subject with half of its English": (
        'id = "paspoort"',
        'id = "paspoort"\ntitle_en = "Passport"',
        "subject[1].explanation_en",
        "is missing: should be there, or not its fellow",
    ),
    "a queue by its title": (
        'default_queue = "algemeen"',
        'default_queue = "Algemene zaken"',
        "default_queue",
        "one of this desk's queues: algemeen, belastingen, burgerzaken",
    ),
    "a group's queue by its title": ('["belastingen"]', '["Belastingen"]', "group[2].queues", "belastingen, burger"),
    "a message by its title": (
        'closed = { message = "gesloten" }',
        'closed = { message = "Gesloten" }',
        "closed.message",
        "did you mean gesloten?",
    ),
    "an overflow to no queue": (
        '{ queue = "algemeen" }',
        '{ queue = "x" }',
        "queue[2].impatient.queue",
        "algemeen, be",
    ),
    "a message that nobody wrote": ('"queue-full"', '"queue-ful"', "queue[1].full.message", "mean queue-full?"),
    "a closed message that nobody wrote": (
        'closed = { message = "gesloten" }',
        'closed = { message = "dicht-2" }',
        "closed.message",
        "one of this desk's sounds ([[desk.sound]]) or of the shipped",
    ),
    "comfort that nobody wrote": (
        '"comfort-1"',
        '"comfrt-1"',
        "queue[2].announce.comfort",
        "did you mean comfort-1?",
    ),
    "a menu's missing prompt": ('sound = "keuze"', 'sound = "keus"', "menu[1].sound", "did you mean keuze?"),
    "a choice of no queue": (
        'key = "1", queue = "burgerzaken"',
        'key = "1", queue = "x"',
        "menu[1].choices[1].queue",
        "",
    ),
    "a choice of no menu": ('menu = "tarieven" }', 'menu = "tarief" }', "menu[1].choices[2].menu", "hoofd, tarieven"),
    "a choice of no message": (
        'key = "3", message = "gesloten"',
        'key = "3", message = "x"',
        "menu[1].choices[3]",
        "",
    ),
    "a choice of a language that the desk has not": (
        '[[desk.language]]\nid = "en"\nskill = "engels"\nlevel = 1\n',
        "",
        "menu[1].choices[4].language",
        "one of this desk's languages: nl",
    ),
    "another way that there is not": (
        'otherwise = { menu = "hoofd" }',
        'otherwise = { queue = "x" }',
        "menu[2].otherwise.queue",
        "one of this desk's queues",
    ),
    "a group's queue that there is not": (
        '["belastingen"]',
        '["belastingen", "x"]',
        "group[2].queues",
        "algemeen, be",
    ),
    "a subject's queue that there is not": ('queue = "burgerzaken"\nex', 'queue = "x"\nex', "subject[1].queue", ""),
    "a skill that nobody has": (
        "{ paspoort = 1 }",
        "{ rijbewijs = 1 }",
        "queue[2].steps[2].skills",
        "engels, paspoort",
    ),
    "a level that nobody has": ("{ paspoort = 2 } }", "{ paspoort = 3 } }", "queue[2].steps[1].skills", "2 or lower"),
    "a language that nobody knows": (
        'skill = "engels"',
        'skill = "english"',
        "language[2].skill",
        "engels, paspoort",
    ),
    "a language at a level that nobody has": ("level = 1", "level = 2", "language[2].skill", "1 or lower"),
}
#: Keys of one table that contradict each other.
TABLES = {
    "patience without an end": (
        'impatient = { queue = "algemeen" }\n',
        "",
        "queue[2].impatient",
        "since patience is",
    ),
    "impatience without a time": ("patience = 180\n", "", "queue[2].patience", "since impatient is there"),
    "a limit without a way out": ('full = { message = "queue-full" }\n', "", "queue[1].full", "since most is there"),
    "a way out without a limit": ("most = 50\n", "", "queue[1].most", "since full is there"),
    "a full queue that does not call back": (
        "callback = true\nmost",
        "most",
        "queue[3].full",
        "callback = true beside",
    ),
    "an impatient one that is not called back": (
        'impatient = { queue = "algemeen" }',
        "impatient = { callback = true }",
        "queue[2].impatient",
        "should have callback = true beside it",
    ),
    "steps that begin late": ("after = 0", "after = 5", "queue[2].steps[1].after", "is 5: should be 0"),
    "steps that do not rise": (
        "after = 60",
        "after = 0",
        "queue[2].steps[2].after",
        "later than the step before (0)",
    ),
    "announcements that are never said": ("every = 30, ", "", "queue[2].announce.every", "seconds between"),
    "a key twice": ('key = "2"', 'key = "1"', "menu[1].choices[2].key", "one of its own: choices[1] has it"),
    "a choice of two places": (
        'key = "2", menu = "tarieven"',
        'key = "2", menu = "tarieven", queue = "algemeen"',
        "menu[1].choices[2]",
        "one of the keys queue, menu and message",
    ),
    "a choice of no place": (
        '{ key = "1", queue = "burgerzaken" }',
        '{ key = "1" }',
        "menu[1].choices[1]",
        "leads to 0 places: should have one of",
    ),
    "no person at 0": (
        '{ key = "0", queue = "belastingen" }',
        '{ key = "0", menu = "hoofd" }',
        "menu[2].choices[1]",
        "should lead to a queue, since 0 is to a person",
    ),
    "hours that never open": ('friday = ["18:00-24:00"]\n', "", "schedule[2]", "never opens: should have hours"),
    "an exception that ends first": ('"2026-12-31"', '"2026-12-01"', "schedule[1].exceptions[2].until", "or later"),
    "an exception of years": ('"2026-12-31"', '"2029-12-31"', "schedule[1].exceptions[2].until", "within a year"),
    "a date twice": (_OTHER, '{ date = "2026-12-24" }', "schedule[1].exceptions[2].date", "exceptions[1] has it"),
    "a date in a range": (_FIRST, "{ date = 2026-12-29 }", "schedule[1].exceptions[2].date", "is about 2026-12-29"),
}
#: Tables of one desk that do.
DESKS = {
    "an extension twice": ('"2200"', '"2100"', "queue[2].extension", "one of its own: "),
    "a second try after the last moment": (
        "interval = 300",
        "interval = 7200",
        "callback.interval",
        "at most callback.span (3600): after that nobody is called",
    ),
    "an overflow into itself": (
        'full = { message = "queue-full" }',
        'full = { queue = "algemeen" }',
        "queue[1].full",
        "goes round: algemeen → algemeen: should end in a message",
    ),
    "a loop of overflows": (
        'full = { message = "queue-full" }',
        'full = { queue = "belastingen" }',
        "queue[3].closed",
        "goes round: belastingen → algemeen → belastingen: should end",
    ),
    "queues closed at the same time": (
        'strategy = "ring-all"',
        'strategy = "ring-all"\nhours = "avond"',
        "queue[3].closed",
        "leads to queue algemeen, which is closed at the same time",
    ),
    "a closed desk's queue that is closed": (
        'closed = { message = "gesloten" }',
        'closed = { queue = "algemeen" }',
        "closed",
        "which is closed at the same time: should be a message, or a queue with other",
    ),
    "hours that nothing uses": (AVOND, AVOND + AVOND.replace("avond", "nacht"), "schedule[3].id", "nothing uses"),
    "a menu without exit": (
        "tries = 2\nchoices",
        'tries = 2\notherwise = { menu = "tarieven" }\nchoices',
        "menu[2].otherwise",
        "goes round: tarieven → hoofd → tarieven: should end in a queue or a message",
    ),
    "a menu to which nothing leads": ('menu = "tarieven" }', 'queue = "algemeen" }', "menu[2].id", "nothing leads"),
    "a queue that nobody serves": (
        '["algemeen", "burgerzaken"]',
        '["burgerzaken"]',
        "queue[1].id",
        "no group serves: should be in a [[desk.group]]'s queues",
    ),
    "a language that nobody of a queue speaks": (
        'queues = ["belastingen"]\nskills = { engels = 1 }',
        'queues = ["belastingen"]',
        "queue[3].id",
        "callers in 'en' wait for ever: no [[desk.group]] that serves it has engels = 1: should be in the queues",
    ),
    "a language that nobody speaks well enough": (
        "level = 1",
        "level = 2",
        "language[2].skill",
        "1 or lower: no [[desk.group]] has more of it",
    ),
    "a skill that nobody of a queue has": (
        "callback = true\nmost",
        "callback = true\nsteps = [{ after = 0, skills = { paspoort = 1 } }]\nmost",
        "queue[3].steps[1].skills",
        "asks for paspoort = 1 to the end, and no [[desk.group]] that serves belastingen has it: should be asked",
    ),
    "a skill that nobody of a queue has, and a callback": (
        "callback = true\nmost",
        "callback = true\nsteps = [{ after = 0, skills = { paspoort = 1 } }]\npatience = 60\n"
        "impatient = { callback = true }\nmost",
        "queue[3].steps[1].skills",
        "or patience and impatient should lead elsewhere",
    ),
    "a sound without its English": (
        'en = "Keep calm."\n',
        "",
        "sound[3].en",
        "is missing: should be its text in 'en'",
    ),
    "a queue's name twice": (_GROUP, _QUEUE + 'title = "x"\n' + _GROUP, "queue[4].id", "queue[1].id has it already"),
    "hours' name twice": (_MENU, SCHEDULE + _MONDAY + "\n" + _MENU, "schedule[3].id", "schedule[1].id has it"),
    "a language twice": (_MENU, '[[desk.language]]\nid = "nl"\n' + _MENU, "language[3].id", "language[1].id has it"),
    "a sound's name twice": (
        _MENU,
        '[[desk.sound]]\nid = "keuze"\nnl = "Toets 1 of 2."\nen = "Press 1 or 2."\n' + _MENU,
        "sound[4].id",
        "sound[2].id has it already",
    ),
    "a menu's name twice": (
        _GROUP,
        _MENU + 'sound = "keuze"\nchoices = [{ key = "1", queue = "algemeen" }]\n' + _GROUP,
        "menu[3].id",
        "menu[1].id has it already",
    ),
    "a group's name twice": (
        _GROUP,
        _GROUP + 'title = "x"\nqueues = ["algemeen"]\n' + _GROUP,
        "group[2].id",
        "group[1].id has it already",
    ),
}
BAD = VALUES | NAMES | TABLES | DESKS
