package main

import (
	"slices"
	"strings"
)

// pythonModules are what a Python guest's module can't be called, or had better
// not be: Python's keywords, the standard library's modules, which are found in
// its place or hidden by it, and those of the compiler.
const pythonModules = `
	and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield
	abc aifc annotationlib argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect
	builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall
	componentize_py_async_support componentize_py_runtime componentize_py_types compression concurrent
	configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal
	difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput
	fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq
	hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3
	linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt
	multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev pathlib
	pdb pickle pickletools pipes pkgutil platform plistlib poll_loop poplib posix posixpath pprint profile pstats
	pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource
	rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket
	socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct
	subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap threading
	time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing
	unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wit_world wsgiref
	xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
`

// pythonFile returns the name of the file of a new task's guest: a module that
// hides no other.
func pythonFile(task string) string {
	module := strings.ReplaceAll(task, "-", "_")
	if slices.Contains(strings.Fields(pythonModules), module) {
		module += "_task"
	}
	return module + ".py"
}
