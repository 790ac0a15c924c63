"""The long referees of `bin/prove`, one module each: its docstring says what it proves, `main()` prints the figures."""
