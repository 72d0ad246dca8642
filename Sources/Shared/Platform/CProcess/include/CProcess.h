#ifndef CPROCESS_H
#define CPROCESS_H

/// Installs a handler of SIGBUS. From then on, reading a mapped file that has lost its pages (it
/// was truncated, or its disk failed) ends the process with `status`, after one line on standard
/// error with the file's name and the offset. Any other SIGBUS has the same effect as before.
///
/// Such a read can't return an error as a call does, and Swift can't catch the signal.
void name_lost_files(int status);

#endif
