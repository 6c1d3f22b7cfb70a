// Command understudy stands in for insurers: it plays their APIs, breaks them on
// demand, and checks the real ones against the same promises.
//
// The program is a tested function, run, of arguments, streams and environment
// to an exit code; main only adds signals. A command is a struct whose fields
// are its flags. What a flag means is decided here and nowhere else: packages
// below take options and read neither environment nor files of settings.
//
// Exit codes are part of the interface. 0 says that all held and is never the
// answer to a typing slip or to an empty run; 1 and 3 belong to check alone.
package main
