extension TorchGlobals {
  /// Whether Python would give a file power over the machine by this name; the classes of values
  /// that training programs save don't.
  ///
  /// The lists have the names that attacks use. They need not be complete: nothing in a file is
  /// ever run here, and other names stay opaque.
  static func isDangerous(_ global: PickleGlobal) -> Bool {
    let package = String(global.module.prefix { $0 != "." })
    if powers.contains(package) { return true }
    return functions[package]?.contains(global.name) == true
  }

  /// Modules with access to processes, files, the network or Python's own machinery.
  private static let powers: Set<String> = [
    "os", "posix", "nt", "subprocess", "sys", "shutil", "socket", "_socket", "ssl",
    "runpy", "importlib", "pkgutil", "ctypes", "_ctypes", "webbrowser", "pty", "commands", "urllib",
    "urllib2", "http", "httplib", "requests", "aiohttp", "ftplib", "smtplib", "telnetlib", "pip",
    "code", "codeop", "bdb", "pdb", "timeit", "trace", "cProfile", "pydoc", "doctest", "idlelib",
    "lib2to3", "venv", "ensurepip", "distutils", "setuptools", "asyncio", "_thread", "imp",
    "zipimport", "marshal", "pickle", "_pickle", "cPickle", "shelve", "tempfile", "sqlite3",
  ]

  /// Functions of modules that also have harmless classes.
  private static let functions: [String: Set<String>] = [
    "__builtin__": [
      "eval", "exec", "execfile", "compile", "open", "file", "input", "raw_input", "apply",
      "__import__", "globals", "locals", "vars", "setattr", "delattr", "breakpoint", "reload",
      "exit", "quit", "memoryview", "help",
    ],
    "torch": ["load", "_load_global_deps", "compile"],
    "numpy": ["load", "save", "loadtxt", "savetxt", "fromfile", "genfromtxt"],
    "io": ["open", "FileIO", "open_code"],
    "codecs": ["open"],
    "joblib": ["load"],
    "pandas": ["read_pickle"],
    "dill": ["loads", "load"],
  ]
}
