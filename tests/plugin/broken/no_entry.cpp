/// A shared object like any other.
extern "C" int some_function() { return 1; }
