"""Running text at speed: whole blocks of text as arrays, from code points to the windows that may name an entity."""
