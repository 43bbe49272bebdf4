"""Everything real on one machine: Asterisk, redis, phones, browser. For the demo, the tests and the bench alike."""
