"""Slips of an operator's in the values of a site file; those in its exchange are in `slips`."""

from __future__ import annotations

BAD = {
    "calling out to nowhere": (
        'addresses = ["198.51.100.20/32"]',
        'addresses = ["198.51.100.20/32"]\noutbound = { prefixes = ["+31"] }',
        "node[1].trunk[1].outbound.host: is missing",
    ),
    "calling out as nobody": (
        'addresses = ["198.51.100.20/32"]',
        'addresses = ["198.51.100.20/32"]\noutbound = { host = "sip.example.nl" }',
        "node[1].trunk[1].outbound.caller_id: is missing",
    ),
    "calling anybody": (
        'addresses = ["198.51.100.20/32"]',
        'addresses = ["198.51.100.20/32"]\n[node.trunk.outbound]\nhost = "sip.example.nl"\nprefixes = ["+"]',
        "node[1].trunk[1].outbound.prefixes",
    ),
    "a number without quotes": ('name = "pbx1"', "name = 1", "node[1].name = 1: should be letters, digits"),
    "a name with a space": ('name = "pbx1"', 'name = "pbx 1"', "node[1].name = 'pbx 1': should be letters"),
    "a name that is too long": ('name = "pbx1"', f'name = "{"x" * 41}"', "node[1].name = 'xxxxx"),
    "an address that is none": (
        '"192.0.2.10"',
        '"192.0.2.300"',
        "node[1].sip_address = '192.0.2.300': should be an IP",
    ),
    "a key that is missing": ('sip_address = "192.0.2.10"\n', "", "node[1].sip_address: is missing: should be an IP"),
    "a key that is misspelt": (
        "sip_address",
        "sip_adress",
        "node[1].sip_adress: is no key; did you mean sip_address?",
    ),
    "a key from nowhere": ('name = "pbx1"', 'name = "pbx1"\nquux = 3', "node[1].quux: is no key; known here: name,"),
    "a table from nowhere": ("[irma]", "[quux]\n[irma]", "quux: is no key; known here: site, node,"),
    "a password in the file": ('name = "pbx1"', 'name = "pbx1"\nari_password = "hunter2"', "ari_password: no secret"),
    "a token in the file": ("[irma]", '[irma]\ntoken = "hunter2"', "irma.token: no secret belongs in this file"),
    "ARI over the network in clear": (
        'name = "pbx1"',
        'name = "pbx1"\nari = "http://192.0.2.9:8088"',
        "should be a https",
    ),
    "ARI with a login": (
        'name = "pbx1"',
        'name = "pbx1"\nari = "http://u:hunter2@127.0.0.1"',
        "node[1].ari = 'http://…@",
    ),
    "ARI with a path": (
        'name = "pbx1"',
        'name = "pbx1"\nari = "http://127.0.0.1:8088/ari"',
        "an address without a path",
    ),
    "ARI over another protocol": ('name = "pbx1"', 'name = "pbx1"\nari = "ws://127.0.0.1"', "beginning with http://"),
    "AMI elsewhere": (
        'name = "pbx1"',
        'name = "pbx1"\nami = "192.0.2.9:5038"',
        "node[1].ami = '192.0.2.9:5038': should be on",
    ),
    "AMI without a port": ('name = "pbx1"', 'name = "pbx1"\nami = "127.0.0.1"', "should be a host and a port"),
    "a port that is none": (
        'name = "pbx1"',
        'name = "pbx1"\nsip_port = 70000',
        "sip_port = 70000: should be a whole number",
    ),
    "true for a number": (
        'name = "pbx1"',
        'name = "pbx1"\nsip_port = true',
        "sip_port = True: should be a whole number",
    ),
    "few voice ports": (
        'name = "pbx1"',
        'name = "pbx1"\nrtp_last = 10010',
        "node[1].rtp_last = 10010: should be at least",
    ),
    "half of SIP's TLS": ('name = "pbx1"', 'name = "pbx1"\nsip_tls_cert = "/a"', "node[1].sip_tls_key: is missing"),
    "a path with a semicolon": (
        'name = "pbx1"',
        'name = "pbx1"\nmusic = "/a;b"',
        "node[1].music = '/a;b': should be an absolute",
    ),
    "a line that nobody is": (
        'addresses = ["198.51.100.20/32"]',
        "",
        "node[1].trunk[1]: should have addresses, or password",
    ),
    "a line that everybody is": (
        "198.51.100.20/32",
        "0.0.0.0/0",
        "node[1].trunk[1].addresses = '0.0.0.0/0': should be",
    ),
    "a range with host bits": (
        "198.51.100.20/32",
        "198.51.100.20/24",
        "trunk[1].addresses = ['198.51.100.20/24']: should be an address or a",
    ),
    "another node by the same name": (
        "[store]",
        '[[node]]\nname = "pbx1"\nsip_address = "192.0.2.11"\nari = "http://127.0.0.2"\nami = "127.0.0.2:1"\n[store]',
        "node[2].name = 'pbx1': should be one of its own: node[1].name has it already",
    ),
    "one redis for both": (
        "127.0.0.1:6380/0",
        "localhost:6379/1",
        "store.vault = 'redis://localhost:6379/1': should be another",
    ),
    "one store in memory": (
        '"redis://127.0.0.1:6380/0"',
        '"memory://"',
        "store.vault = 'memory://': should be memory:// along",
    ),
    "a redis password in the file": (
        "redis://127.0.0.1:6380",
        "redis://:hunter2@127.0.0.1:6380",
        "store.vault = 'redis://…@",
    ),
    "a redis over the network in clear": (
        "redis://127.0.0.1:6380",
        "redis://192.0.2.5:6380",
        "should be a rediss:// address",
    ),
    "a store of another kind": (
        "redis://127.0.0.1:6380/0",
        "postgres://x",
        "store.vault = 'postgres://x': should be \"memory",
    ),
    "a lease that is too short": ("[irma]", "[store_]\n[irma]", "store_: is no key; did you mean store?"),
    "a timeout that outlives the lease": (
        "[store]",
        "[store]\nlease = 1.5",
        "store.timeout = 1.0: should be at most half",
    ),
    "a time in words": ("ring = 20", 'ring = "20 s"', "desk[1].times.ring = '20 s': should be a number of seconds"),
    "a time that is no number": (
        "ring = 20",
        "ring = nan",
        "desk[1].times.ring = nan: should be a number of seconds",
    ),
    "a time without end": ("ring = 20", "ring = inf", "desk[1].times.ring = inf: should be a number of seconds"),
    "an hour that lasts longer": (
        "ring = 20",
        "identity = 3601",
        "identity = 3601: should be a number of seconds from 10 to 3600",
    ),
    "a code that outlives its identity": (
        "ring = 20",
        "identity = 600",
        "desk[1].times.code = 900.0: should be at most",
    ),
    "a yivi server in clear": (
        "http://127.0.0.1:8080",
        "http://yivi.example.nl",
        "irma.url = 'http://yivi.example.nl': should",
    ),
    "apps in clear": (
        '"https://yivi.example.nl"',
        '"http://yivi.example.nl"',
        "irma.client_url = 'http://yivi.example.nl'",
    ),
    "apps and requestors on one port": (
        "http://127.0.0.1:8080",
        "https://yivi.example.nl",
        "another port than irma.url",
    ),
    "an origin with a path": (
        '"https://bellen.example.nl"',
        '"https://bellen.example.nl/"',
        "public.origin = 'https://bellen",
    ),
    "an origin in capitals": (
        "https://bellen.",
        "https://Bellen.",
        "public.origin = 'https://Bellen.example.nl': should be an",
    ),
    "an origin with its standard port": ("bellen.example.nl", "bellen.example.nl:443", "a port unless 443"),
    "an origin in clear": (
        "https://bellen",
        "http://bellen",
        "public.origin = 'http://bellen.example.nl': should be an origin",
    ),
    "one host for both": (
        "kcc.example.nl",
        "bellen.example.nl:444",
        "staff.origin = 'https://bellen.example.nl:444': should be",
    ),
    "one socket for both": (
        "10.0.0.10:443",
        "192.0.2.10:443",
        "staff.listen = '192.0.2.10:443': should be another address",
    ),
    "one socket in disguise": (
        "10.0.0.10:443",
        "0.0.0.0:443",
        "staff.listen = '0.0.0.0:443': should be another address",
    ),
    "port zero": ("10.0.0.10:443", "10.0.0.10:0", "staff.listen = '10.0.0.10:0': should be a host and a port"),
    "an idle time of a day": (
        "[staff]",
        "[staff]\nidle_minutes = 1440",
        "staff.idle_minutes = 1440: should be a whole number",
    ),
    "a staff that is nowhere": (
        'allow = ["10.0.0.0/8"]',
        "allow = []",
        "staff.allow = []: should be a list of 1 to 100",
    ),
    "a certificate that is not there": (
        "staff.pem",
        "nowhere.pem",
        "should be a certificate in a PEM file (no such file",
    ),
    "a key that is not there": (
        'tls_cert = "staff.pem"',
        'tls_cert = "staff.pem"\ntls_key = "nowhere"',
        "staff.tls_key = ",
    ),
    "a key of another certificate": ('tls_cert = "staff.pem"', 'tls_cert = "public.pem"', "(key values mismatch)"),
    "no directory for the data": (
        'data = "data"',
        'data = "nowhere"',
        "should be a directory that exists, and it does not",
    ),
    "a language that we do not speak": (
        'data = "data"',
        'data = "data"\nlanguage = "fy"',
        "language = 'fy': should be \"nl\"",
    ),
    "demo in words": ('data = "data"', 'data = "data"\ndemo = "yes"', "site.demo = 'yes': should be true or false"),
    "a demo scheme on a real desk": (
        'schemes = ["pbdf"]',
        'schemes = ["pbdf", "irma-demo"]',
        "desk[1].schemes = 'irma-demo'",
    ),
    "a demo scheme of our own": (
        'schemes = ["pbdf"]',
        'schemes = ["pbdf", "our-demo"]',
        "desk[1].schemes = 'our-demo'",
    ),
    "no scheme": ('schemes = ["pbdf"]', "schemes = []", "desk[1].schemes = []: should be a list of 1 to 100"),
    "a scheme twice": (
        'schemes = ["pbdf"]',
        'schemes = ["pbdf", "pbdf"]',
        "should be a list in which nothing stands twice",
    ),
    "an attribute of another scheme": (
        "pbdf.gemeente.personalData.prefix",
        "x.a.b.c",
        "should be of a scheme in the desk's",
    ),
    "an attribute with three names": (
        "pbdf.gemeente.personalData.prefix",
        "pbdf.a.b",
        "should be scheme.issuer.credential",
    ),
    "a field twice": ('field = "prefix"', 'field = "initials"', "attributes[2].field = 'initials of pbdf.gemeente"),
    "an attribute twice": (
        "personalData.prefix",
        "personalData.initials",
        "attributes[2].id = 'pbdf.gemeente.personalData.in",
    ),
    "more from another credential": (
        "personalData.dateofbirth",
        "address.city",
        "more[1].id = 'pbdf.gemeente.address.city': should be an attribute of a credential that the subject asks",
    ),
    "more of what is asked anyhow": (
        'personalData.dateofbirth", field = "dateofbirth"',
        'personalData.gender", field = "geslacht"',
        "more[1].id = 'pbdf.gemeente.personalData.gender': should be an attribute that the subject does not ask",
    ),
    "more under a field that is taken": (
        'field = "dateofbirth"',
        'field = "gender"',
        "more[1].field = 'gender': should be a field that the subject has not got",
    ),
    "a gateway with a login": (
        '# [desk.sms]\n# url = "https://sms',
        '[desk.sms]\nurl = "https://user:secret@sms',
        "desk[1].sms.url",
    ),
    "a sender that no telephone shows": (
        '# [desk.sms]\n# url = "https://sms.example.nl/v1/messages"',
        '[desk.sms]\nurl = "https://sms.example.nl/v1/messages"\nsender = "Gemeente Voorbeeld"',
        "desk[1].sms.sender = 'Gemeente Voorbeeld': should be a name of 3 to 11",
    ),
    "a label of two lines": (
        '"uw voorvoegsel"',
        '"uw\\nvoorvoegsel"',
        "label = 'uw\\nvoorvoegsel': should be a text on one",
    ),
    "an empty title": (
        'title = "Burgerzaken"',
        'title = ""',
        "desk[1].queue[2].title = '': should be a text of 1 to 80",
    ),
    "a queue twice": (
        'id = "burgerzaken"',
        'id = "algemeen"',
        "desk[1].queue[2].id = 'algemeen': should be one of its own",
    ),
    "a default queue that is none": (
        'default_queue = "algemeen"',
        'default_queue = "x"',
        "default_queue = 'x': should be one of",
    ),
    "a subject's queue that is none": (
        'queue = "burgerzaken"',
        'queue = "x"',
        "subject[1].queue = 'x': should be one of this",
    ),
    "a national number": ("+31241234567", "0241234567", "desk[1].number = '0241234567': should be a number in E.164"),
    "a number as people write it": (
        "+31241234567",
        "+31 24 123 45 67",
        "desk[1].number = '+31 24 123 45 67': should be",
    ),
    "a name in the CRM link": ("{subject}", "{familyname}", "desk[1].crm_url = 'https://crm.example.nl/"),
    "a CRM in clear": ("https://crm", "http://crm", "desk[1].crm_url = 'http://crm.example.nl"),
    "a CRM wherever the call says": (
        "https://crm.example.nl",
        "https://{call_id}.nl",
        "places are {call_id} and {subject}, after",
    ),
    "a script for a page": (
        "https://www.example.nl/privacy",
        "javascript:alert(1)",
        "desk[1].privacy_url = 'javascript:",
    ),
    "a zone that is none": (
        "[[desk]]",
        '[[desk]]\ntimezone = "Europe"',
        "desk[1].timezone = 'Europe': should be a zone of the tz",
    ),
    "a table for a list": ("[[desk.queue]]", "[desk.queue_]", "desk[1].queue_: is no key; did you mean queue?"),
    "a node that bears less than nothing": (
        "[irma]",
        "[overload]\ncalls = -1\n[irma]",
        "overload.calls = -1: should be a whole number from 0 to 100000",
    ),
    "half a call": ("[irma]", "[overload]\ncalls = 0.5\n[irma]", "overload.calls = 0.5: should be a whole number"),
    "a CPU in per cent": (
        "[irma]",
        "[overload]\ncpu = 85\n[irma]",
        "overload.cpu = 85: should be a share from 0 to 1 (0.85 is 85 %",
    ),
    "a CPU in words": ("[irma]", '[overload]\ncpu = "85%"\n[irma]', "overload.cpu = '85%': should be a share from 0"),
    "a lag that is no number": (
        "[irma]",
        "[overload]\nlag = nan\n[irma]",
        "overload.lag = nan: should be a number of seconds from 0 to 10",
    ),
    "a lag in milliseconds": ("[irma]", "[overload]\nlag = 500\n[irma]", "overload.lag = 500: should be a number of"),
    "a limit that is misspelt": (
        "[irma]",
        "[overload]\ncall = 40\n[irma]",
        "overload.call: is no key; did you mean calls?",
    ),
    "a level of log that is none": (
        "[irma]",
        '[log]\nlevel = "trace"\n[irma]',
        "log.level = 'trace': should be \"info\" or",
    ),
}
"""What stands in the example, what stands there instead, and what the message must say."""

DOUBLE = {"a table for a list", "an attribute twice", "a queue twice", "a key that is misspelt"}
"""These are two mistakes by nature: what is missing then, or what pointed at it, is told too."""
