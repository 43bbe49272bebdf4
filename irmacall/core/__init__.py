"""What happened → what must be done: the desk as one deterministic state machine, without I/O, clock or chance."""
